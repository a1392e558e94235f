"""What must hold for every rule and every day (MONEY 3.3)."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.rules.samples import ALL, allowance_rules, day, late, rules, snapshots, visits
from webapp.core.errors import WORDS
from webapp.rules.rules import RuleInForce, Snapshot, VisitFact, evaluate, run_after, sentence


@given(allowance_rules(), st.integers(0, 400), st.integers(0, 400), st.sampled_from([0, 20]))
def test_later_never_earns_more(rule: RuleInForce, one: int, other: int, grace: int) -> None:
    first, second = sorted((one, other))
    earlier = evaluate(rule, late(first, grace_minutes=grace)).amount
    assert rule.params["amount"] >= earlier >= evaluate(rule, late(second, grace_minutes=grace)).amount >= 0


@given(rules, snapshots)
def test_lines_add_up_and_nothing_is_negative(rule: RuleInForce, snapshot: Snapshot) -> None:
    """T27"""
    outcome = evaluate(rule, snapshot)
    assert sum(line.amount for line in outcome.lines) == outcome.amount >= 0
    assert all(line.code in WORDS for line in outcome.lines)


@given(rules, snapshots)
def test_excused_is_never_worse(rule: RuleInForce, snapshot: Snapshot) -> None:
    excused, plain = replace(snapshot, excused=True), replace(snapshot, excused=False)
    if rule.kind == "streak":
        assert run_after(snapshot.run_before, excused) >= run_after(snapshot.run_before, plain)
    else:
        assert evaluate(rule, excused).amount >= evaluate(rule, plain).amount


@given(rules, snapshots)
def test_evaluating_twice_gives_the_same(rule: RuleInForce, snapshot: Snapshot) -> None:
    assert evaluate(rule, snapshot) == evaluate(rule, snapshot)


@given(st.lists(visits, max_size=7, unique_by=lambda v: v.visit_id), st.integers(0, 1000))
def test_order_in_which_visits_arrive_does_not_matter(found: list[VisitFact], seed: int) -> None:
    shuffled = random.Random(seed).sample(found, len(found))
    one, other = (evaluate(ALL[2], day(visits=tuple(v))) for v in (found, shuffled))
    assert (one.amount, one.lines, one.pending) == (other.amount, other.lines, other.pending)


@given(st.lists(visits, max_size=7, unique_by=lambda v: v.visit_id), st.data())
def test_approving_a_visit_never_earns_less(found: list[VisitFact], data: st.DataObject) -> None:
    before = evaluate(ALL[2], day(visits=tuple(found))).amount
    chosen = data.draw(st.integers(0, max(0, len(found) - 1)))
    after = [replace(v, counts=True, undecided=False) if n == chosen else v for n, v in enumerate(found)]
    assert evaluate(ALL[2], day(visits=tuple(after))).amount >= before


@given(rules)
def test_every_rule_has_a_sentence(rule: RuleInForce) -> None:
    code, params = sentence(rule.kind, rule.params, "CNY")
    assert WORDS[code] % params
