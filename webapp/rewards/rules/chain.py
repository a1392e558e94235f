"""The run of good days: how it goes on from one rep-day to the next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from webapp.rules.rules import RuleInForce, Snapshot, evaluate, run_after


@dataclass(frozen=True, slots=True)
class Walked:
    """One later day whose worth depends on the run: before and after the assumption."""

    work_date: date
    now: int
    after: int


def run_before(base: int, days: Iterable[Snapshot]) -> int:
    """The run after `days`, in order, when it was `base` before them."""
    for day in days:
        base = run_after(base, day)
    return base


def walk(run_now: int, run_assumed: int, days: Sequence[tuple[Snapshot, Sequence[RuleInForce]]]) -> list[Walked]:
    """Later days whose run differs, until it is the same again; only their streak rules are evaluated."""
    found: list[Walked] = []
    for day, rules in days:
        if run_now == run_assumed:
            break
        now, assumed = replace(day, run_before=run_now), replace(day, run_before=run_assumed)
        streaks = [rule for rule in rules if rule.kind == "streak"]
        worth = [sum(evaluate(rule, snapshot).amount for rule in streaks) for snapshot in (now, assumed)]
        if worth[0] != worth[1]:
            found.append(Walked(day.work_date, *worth))
        run_now, run_assumed = run_after(run_now, now), run_after(run_assumed, assumed)
    return found
