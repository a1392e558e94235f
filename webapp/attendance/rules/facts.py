"""What happened on one person's work date, and what people decided about it."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from webapp.attendance.rules.punches import REPEAT, UNHEARD, Silence, Stamp, part_of, roles
from webapp.schedules.rules import Expectation, Moments

ABOUT_A_TAP = frozenset({"outside", "uncertain", "late_arrival", "clock", "remark", "cannot"})
"""What a check-in is in doubt for as it arrives; at most one of these is opened about it."""
ABOUT_A_MARK = ABOUT_A_TAP | {"signals", "photo"}
CLEARED_WHEN_WITHDRAWN = frozenset({"signals", "photo"})
State = Literal["clear", "open", "approved", "rejected"]
_STRICTEST: tuple[State, ...] = ("rejected", "open", "approved", "clear")
"""A mark that several exceptions are about counts only when nobody refused it and nobody is still to decide."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One check-in ("in") or check-out ("out") that was not taken back, as evidence and verdict have it."""

    id: int
    kind: Literal["in", "out"]
    at: datetime
    site_id: int | None
    verdict: Literal["inside", "uncertain", "outside"]


@dataclass(frozen=True, slots=True)
class Issue:
    """An exception with its last decision. `asked` is what the rep wants, `granted` what the decider wrote."""

    id: int
    kind: str
    state: Literal["open", "approved", "rejected", "withdrawn"]
    check_in_id: int | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)
    granted: Mapping[str, Any] = field(default_factory=dict)
    decided: bool = False
    """Somebody decided about it, at least once; it may be open again."""

    @property
    def counts_open(self) -> bool:
        """What it is about counts until somebody decides."""
        return self.state == "open" and bool(self.asked.get("counts"))

    def wish(self, name: str) -> Any:
        return self.granted.get(name) or self.asked.get(name)

    def time(self) -> datetime | None:
        written = self.wish("at")
        return datetime.fromisoformat(written) if written else None


@dataclass(frozen=True, slots=True)
class Word:
    """The last confirmation that was not undone."""

    word: Literal["present", "absent"]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class DayFacts:
    """`midnight` is the end of the local work date. `silences` are asked for only where they may matter.

    Of the branch's policy: `again` between two punches of one finger; `alone_waits`, see rules/doubt.py.
    """

    midnight: datetime
    marks: Sequence[Mark] = ()
    issues: Sequence[Issue] = ()
    word: Word | None = None
    punches: Sequence[Stamp] = ()
    silences: Sequence[Silence] = ()
    again: timedelta = REPEAT
    alone_waits: bool = False


@dataclass(frozen=True, slots=True)
class Assume:
    """What somebody may be about to decide: exceptions by id, and the supervisor's word.

    `granted`: what would be written with an approval, as in a decision's params ("at", "site_id").
    """

    decisions: Mapping[int, Literal["approved", "rejected"]] = field(default_factory=dict)
    word: Literal["present", "absent"] | None = None
    reason: str | None = None
    granted: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moment:
    """A mark as people decided it, one they added, or a punch of a device (mark_id None for both)."""

    kind: Literal["in", "out"]
    at: datetime
    state: State
    outside: bool
    site_id: int | None
    mark_id: int | None
    source: Literal["phone", "device", "hr"] = "phone"
    whole: bool = False
    """A person gave the time for the day itself, not for one visit."""

    @property
    def counts(self) -> bool:
        return self.state in ("clear", "approved")


def assumed(facts: DayFacts, assume: Assume | None) -> DayFacts:
    """The facts as they would be under the assumption; decisions on other days' exceptions change nothing."""
    if assume is None:
        return facts
    issues = [_decided(issue, assume) if issue.id in assume.decisions else issue for issue in facts.issues]
    word = Word(assume.word, assume.reason) if assume.word else facts.word
    return replace(facts, issues=issues, word=word)


def as_stored(facts: DayFacts, status: str) -> DayFacts:
    """Facts of a day stored as unheard: its devices stay silent until they were asked about again."""
    return replace(facts, silences=(UNHEARD,)) if status == "unheard" else facts


def moments(facts: DayFacts, expected: Expectation | None = None) -> list[Moment]:
    """Marks with their decisions applied, and the ones that approved corrections add, in order of time."""
    outs = {mark.id for mark in facts.marks if mark.kind == "out"}
    own: dict[int | None, list[Issue]] = {}
    for issue in facts.issues:
        if _is_about(issue, outs):
            own.setdefault(issue.check_in_id, []).append(issue)
    moved = {
        issue.check_in_id: issue
        for issue in sorted(facts.issues, key=lambda issue: issue.id)
        if issue.kind == "mistake" and issue.state == "approved" and issue.asked.get("category") != "forgot_out"
    }
    unseen = {issue.asked.get("at_site") for issue in facts.issues if _is_unseen(issue)}
    found = [_moment(mark, own.get(mark.id, ()), moved.get(mark.id)) for mark in facts.marks]
    found = [replace(one, state="rejected") if one.site_id in unseen and one.site_id else one for one in found]
    found += _added([issue for issue in facts.issues if not _is_about(issue, outs)], expected)
    return sorted(found, key=lambda moment: (moment.at, moment.kind, moment.mark_id or 0))


def device_moments(facts: DayFacts, expected: Expectation, said: Iterable[Moment] = ()) -> list[Moment]:
    """The punches that stand for coming or going, but not where a person gave the time."""
    given = [moment for moment in said if moment.whole and moment.counts]
    by_id = {stamp.id: stamp for stamp in facts.punches}
    found = []
    for number, role in roles(facts.punches, expected, facts.again).items():
        stamp = by_id[number]
        if role not in ("in", "out"):
            continue
        here = [one for one in given if one.kind == role and one.site_id in (None, stamp.site_id)]
        part = part_of(role, stamp.at, expected)
        if not any(part_of(role, one.at, expected) == part for one in here):
            found.append(Moment(role, stamp.at, "clear", False, stamp.site_id, None, "device"))
    return found


def untimed(facts: DayFacts) -> set[Literal["in", "out"]]:
    """What was granted without a time of its own."""
    outs = {mark.id for mark in facts.marks if mark.kind == "out"}
    granted = [one for one in facts.issues if one.state == "approved" and not _is_about(one, outs) and not one.time()]
    return {kind for issue in granted if (kind := _forgotten(issue))}


def first_site(facts: DayFacts) -> int | None:
    """Where somebody first checked in, whatever was decided about it, else first punched: its store type may give
    the hours."""
    ins = [(mark.at, 0, mark.id, mark.site_id) for mark in facts.marks if mark.kind == "in" and mark.site_id]
    ins += [(stamp.at, 1, stamp.id, stamp.site_id) for stamp in facts.punches if stamp.site_id]
    return min(ins)[3] if ins else None


def day_bounds(work_date: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Moments that may belong to a work date: from six hours before it to twelve hours after it."""
    start = datetime.combine(work_date, datetime.min.time(), zone)
    return start - timedelta(hours=6), start + timedelta(hours=36)


def _decided(issue: Issue, assume: Assume) -> Issue:
    """As a decision would leave it: an approved missing check-out is written with the time it grants."""
    granted = assume.granted.get(issue.id) or {}
    if issue.kind == "missing_out" and not granted and issue.asked.get("at"):
        granted = {"at": issue.asked["at"]}
    state = assume.decisions[issue.id]
    return replace(issue, state=state, granted=granted if state == "approved" else {})


def _is_about(issue: Issue, outs: Container[int | None]) -> bool:
    """Does the issue hold a mark? A check-out made after the day was over is held by its missing_out."""
    return issue.kind in ABOUT_A_MARK or (issue.kind == "missing_out" and issue.check_in_id in outs)


def _is_unseen(issue: Issue) -> bool:
    """Somebody decided that the phone was not where it said, since the device there saw nobody (rules/doubt.py)."""
    return issue.kind == "sources" and issue.state == "rejected" and issue.asked.get("doubt") == "phone_only"


def _moment(mark: Mark, issues: Iterable[Issue], correction: Issue | None) -> Moment:
    at, site_id, states = mark.at, mark.site_id, {"clear"}
    for issue in issues:
        state, granted = _said(issue)
        states.add(state)
        at = granted or at
    if correction is not None:
        at, site_id = correction.time() or at, correction.wish("site_id") or site_id
    state = next(known for known in _STRICTEST if known in states)
    source: Literal["phone", "hr"] = "phone" if correction is None or at == mark.at else "hr"
    return Moment(mark.kind, at, state, mark.verdict == "outside", site_id, mark.id, source)


def _said(issue: Issue) -> tuple[State, datetime | None]:
    """What one exception makes of its mark, and the time that was granted with it."""
    granted = issue.time() if issue.granted else None
    if issue.counts_open:
        return "clear", granted
    if issue.state == "withdrawn":
        return ("clear" if issue.kind in CLEARED_WHEN_WITHDRAWN else "rejected"), granted
    if issue.kind == "missing_out" and granted is None and issue.state == "approved":
        return "rejected", None
    return issue.state, granted


def _added(issues: Iterable[Issue], expected: Expectation | None) -> list[Moment]:
    found: list[Moment] = []
    for issue in issues:
        if issue.state != "approved":
            continue
        for kind, at in _additions(issue, expected):
            if at is not None:
                whole = issue.check_in_id is None
                away = issue.asked.get("category") == "field"
                found.append(Moment(kind, at, "approved", away, issue.wish("site_id"), None, "hr", whole))
    return found


def _additions(issue: Issue, expected: Expectation | None) -> list[tuple[Literal["in", "out"], datetime | None]]:
    """What an approved correction adds; without a time of its own the shift's start or end is meant.

    Which of the two parts of a split shift is meant shows only when they are built.
    """
    start, end = (expected.starts_at, expected.ends_at) if expected else (None, None)
    parts = expected.parts if expected and expected.scheduled else ()
    away = issue.kind == "mistake" and issue.asked.get("category") == "field"
    if issue.kind == "absent" or away:
        return (
            _throughout(issue.time() or start, parts)
            if len(parts) > 1
            else [("in", issue.time() or start), ("out", end)]
        )
    kind = _forgotten(issue)
    if kind is None or (len(parts) > 1 and not issue.time()):
        return []
    return [(kind, issue.time() or (end if kind == "out" else start))]


def _throughout(came: datetime | None, parts: Sequence[Moments]) -> list[tuple[Literal["in", "out"], datetime | None]]:
    """In every part, from a moment on."""
    found: list[tuple[Literal["in", "out"], datetime | None]] = [("in", came)]
    for begin, end in parts:
        if came and begin > came:
            found.append(("in", begin))
        if came and end > came:
            found.append(("out", end))
    return found


def _forgotten(issue: Issue) -> Literal["in", "out"] | None:
    category = issue.asked.get("category") if issue.kind == "mistake" else None
    if issue.kind == "missing_out" or category == "forgot_out":
        return "out"
    return "in" if category == "forgot_in" else None
