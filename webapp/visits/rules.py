"""What a visit is worth telling: how long it took, whether it counts; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.attendance.rules import DayFacts, Moment, moments
from webapp.core.errors import N_, words
from webapp.rules.rules import VisitFact

OUTCOMES = ("order", "interested", "not_met", "other")
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit that was not taken back, as it is stored."""

    id: int
    site_id: int | None
    check_in_id: int
    check_out_id: int | None
    outcome: str | None


def visit_facts(rows: Iterable[VisitRow], facts: DayFacts) -> tuple[VisitFact, ...]:
    """Visits with the decisions and corrections of their day applied, in the order they began."""
    seen = {moment.mark_id: moment for moment in moments(facts) if moment.mark_id is not None}
    ends = _forgotten(facts)
    made = [
        _fact(row, seen[row.check_in_id], seen.get(row.check_out_id or 0), ends)
        for row in rows
        if row.check_in_id in seen
    ]
    return tuple(sorted(made, key=lambda fact: (fact.at_iso, fact.visit_id)))


def whole_minutes(start: datetime, end: datetime) -> int:
    return max(0, (end - start) // _MINUTE)


def _fact(row: VisitRow, begin: Moment, end: Moment | None, ends: Mapping[int, datetime]) -> VisitFact:
    finish = end.at if end is not None and end.counts else ends.get(row.check_in_id)
    return VisitFact(
        visit_id=row.id,
        site_id=begin.site_id,
        at_iso=begin.at.isoformat(),
        minutes=None if finish is None else whole_minutes(begin.at, finish),
        outcome=row.outcome,
        counts=begin.counts,
        undecided=begin.state == "open"
        or (begin.counts and finish is None and end is not None and end.state == "open"),
    )


def _forgotten(facts: DayFacts) -> dict[int, datetime]:
    """When visits ended whose check-out was granted later, by the check-in they belong to."""
    found: dict[int, datetime] = {}
    for issue in facts.issues:
        granted = issue.state == "approved" and issue.kind in ("mistake", "missing_out")
        said = issue.kind == "missing_out" or issue.asked.get("category") == "forgot_out"
        at = issue.time()
        if granted and said and issue.check_in_id is not None and at is not None:
            found[issue.check_in_id] = at
    return found


words(
    {
        "visit_paid": N_("%(site)s: %(minutes)s min, %(outcome)s"),
        "visit_paid_plain": N_("%(site)s: %(minutes)s min"),
        "outcome_order": N_("Order"),
        "outcome_interested": N_("Interested"),
        "outcome_not_met": N_("Nobody met"),
        "outcome_other": N_("Other"),
        "visit_unfinished": N_("Not finished"),
        "visit_done": N_("Finished"),
        "form_sentence": N_("%(text)s"),
        "visit_gone": N_("This visit was taken back."),
        "visit_finished": N_("This visit is already finished."),
        "check_out_first": N_("The check-in of this visit has not arrived yet. It is sent first."),
        "next_in_past": N_("The next visit lies in the past."),
    }
)
