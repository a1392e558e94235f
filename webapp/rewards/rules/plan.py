"""One rep-day: what the rules say now against what was posted before."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from webapp.rules.rules import Outcome, RuleInForce, Snapshot, evaluate, is_instant, run_after

_GONE = [["rule_not_in_force", {}, 0]]


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest revision of a slot."""

    rule_id: int
    version_id: int
    revision: int
    amount: int
    inputs_hash: str


@dataclass(frozen=True, slots=True)
class RepDayState:
    """The rep-day's row; version 0 and state open while there is none."""

    state: str = "open"
    changed: bool = False
    run_after: int | None = None
    version: int = 0
    posted: int = 0
    followed: bool = False
    """A later date was settled already."""


@dataclass(frozen=True, slots=True)
class Work:
    """Everything needed to settle one rep-day, as it was read at one moment."""

    employee_id: int
    work_date: date
    branch_id: int
    snapshot: Snapshot
    rules: tuple[RuleInForce, ...]
    effective_on: date
    before: RepDayState = RepDayState()
    latest: Mapping[int, Latest] = field(default_factory=dict)
    """The newest revisions; only settling needs them."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A new revision of one slot: `amount` is what it is worth, `delta` what is posted (0 changes the reason only)."""

    rule_id: int
    version_id: int
    code: str
    revision: int
    amount: int
    delta: int
    inputs_hash: str
    inputs: dict[str, Any]
    explain: list[Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What settling would write. `nothing`: the books already say it, write no row."""

    revisions: tuple[Revision, ...]
    state: str
    run_after: int | None
    nothing: bool
    run_moved: bool
    only_marked: bool = False
    """Nothing to write but that it was looked at."""

    @property
    def delta(self) -> int:
        return sum(revision.delta for revision in self.revisions)


def plan(work: Work, *, instant_only: bool = False) -> Plan:
    """Compare the rules in force with the posted slots.

    A revision is written when the amount differs, or when a paid slot has another reason than before; a slot
    that was never worth anything leaves no row, because its reason is computed whenever it is shown.
    """
    revisions = tuple(_revisions(work, instant_only))
    if instant_only:
        return Plan(revisions, work.before.state, work.before.run_after, not revisions, False)
    run = run_after(work.snapshot.run_before, work.snapshot)
    same = work.before.state == "settled" and work.before.run_after == run and not revisions
    marked = work.before.changed
    # Without a run of its own the later days walked over this one, as it was then.
    moved = work.before.run_after != run
    return Plan(revisions, "settled", run, same and not marked, moved, same and marked)


def outcomes(work: Work, *, instant_only: bool = False) -> Iterator[tuple[RuleInForce, Outcome]]:
    for rule in work.rules:
        if not instant_only or is_instant(rule):
            yield rule, evaluate(rule, work.snapshot)


def why_less(before: Sequence[Any] | None, after: Sequence[Any]) -> Sequence[Any]:
    """The line (code, parameters) of an explanation that says why a slot is worth less than it was.

    That of the visit that was paid and is not any more; the first, where no visit is meant.
    """
    paid = {params.get("visit_id") for _, params, amount in before or () if amount}
    unpaid = [line for line in after if not line[2]]
    lost = [line for line in unpaid if line[1].get("visit_id") in paid]
    code, params, _ = (lost or unpaid or list(after))[0]
    return [code, params]


def worth(found: Iterable[tuple[RuleInForce, Outcome]]) -> int:
    return sum(outcome.amount for _, outcome in found)


def _revisions(work: Work, instant_only: bool) -> Iterator[Revision]:
    for rule, outcome in outcomes(work, instant_only=instant_only):
        before = work.latest.get(rule.rule_id)
        posted = before.amount if before else 0
        if outcome.amount or posted:
            explain = [list(line) for line in outcome.lines]
            mark = _mark(rule.version_id, outcome.amount, explain)
            if outcome.amount != posted or (before and before.inputs_hash != mark):
                number = before.revision + 1 if before else 1
                delta = outcome.amount - posted
                yield Revision(
                    rule.rule_id,
                    rule.version_id,
                    rule.code,
                    number,
                    outcome.amount,
                    delta,
                    mark,
                    outcome.inputs,
                    explain,
                )
    if not instant_only:
        yield from _withdrawn(work)


def _withdrawn(work: Work) -> Iterator[Revision]:
    """Slots of rules that are not in force on this date any more are worth nothing."""
    for slot in work.latest.values():
        if slot.amount and all(rule.rule_id != slot.rule_id for rule in work.rules):
            mark = _mark(slot.version_id, 0, _GONE)
            yield Revision(slot.rule_id, slot.version_id, "gone", slot.revision + 1, 0, -slot.amount, mark, {}, _GONE)


def _mark(version_id: int, amount: int, explain: list[Any]) -> str:
    return hashlib.sha256(_text([version_id, amount, explain]).encode()).hexdigest()[:32]


_text = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
