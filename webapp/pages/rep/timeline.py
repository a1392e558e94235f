"""What happened to one visit, step by step, in words: never raw coordinates."""

from dataclasses import dataclass
from datetime import date, datetime

from webapp.attendance.queries.confirm import words_of
from webapp.attendance.queries.evidence import IssueRow, MarkRow, issue_rows, mark_rows
from webapp.attendance.rules import ABOUT_A_TAP
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import distance_text, say, time_text, when_text
from webapp.pages.punch_lines import PunchLine, punches_near
from webapp.pages.signal_lines import sentence
from webapp.visits.queries import VisitSeen

CLOCKS_AGREE_S = 120


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the timeline; `chip` is (kind, text)."""

    at: datetime
    title: str
    notes: tuple[str, ...] = ()
    chip: tuple[str, str] | None = None


def timeline(pair: tuple[int, date], visit: VisitSeen) -> list[Step]:
    """Taps, punches at the store, what was asked, decided by whom, and the supervisor's word, in order."""
    ours = {visit.check_in_id, visit.check_out_id}
    marks = [mark for mark in mark_rows([pair])[pair] if mark.id in ours]
    issues = [issue for issue in issue_rows([pair])[pair] if issue.check_in_id in ours]
    steps = [_tap(mark, visit.state == "pending") for mark in marks]
    steps += [step for issue in issues for step in _issue(issue)]
    steps += [_punch(line) for line in punches_near(pair, visit.site_id)]
    for said in words_of(*pair):
        note = (say(said.reason_code), said.note) if said.reason_code else (said.note,)
        title = gettext("%(name)s: %(word)s", name=said.by, word=say(f"word_{said.word}"))
        steps.append(Step(said.at, title, tuple(part for part in note if part)))
    return sorted(steps, key=lambda step: step.at)


def _tap(mark: MarkRow, is_waiting: bool) -> Step:
    kinds = {"inside": "here", "uncertain": "wait", "outside": "outside"}
    title = gettext("Check-in") if mark.kind == "in" else gettext("Check-out")
    notes = [_where(mark), _clocks(mark), gettext("Remark: %(text)s", text=mark.remark) if mark.remark else ""]
    if mark.code_at is not None:
        notes.append(gettext("Store code right, %(time)s", time=time_text(mark.code_at)))
    if is_waiting and mark.verdict != "inside" and mark.kind == "in":
        notes.append(say(f"reason_{mark.reason}"))
    chip = (kinds[mark.verdict], say(f"verdict_{mark.verdict}"))
    return Step(mark.counted_at, title, tuple(note for note in notes if note), chip)


def _punch(line: PunchLine) -> Step:
    return Step(line.at, line.title, (line.where, *line.notes))


def _where(mark: MarkRow) -> str:
    if mark.distance_m is None:
        return ""
    known = {"distance": distance_text(mark.distance_m), "accuracy": distance_text(mark.accuracy_m)}
    if mark.accuracy_m is None:
        return gettext("%(distance)s from the store", distance=known["distance"])
    return gettext("%(distance)s from the store, exact to %(accuracy)s", **known)


def _clocks(mark: MarkRow) -> str:
    """Both times when they differ enough to matter."""
    if mark.is_late:
        return say("time_offline", tapped=when_text(mark.counted_at), received=when_text(mark.received_at))
    if abs((mark.received_at - mark.tapped_at).total_seconds()) <= CLOCKS_AGREE_S:
        return gettext("Arrived %(time)s", time=time_text(mark.received_at))
    return gettext(
        "Phone's clock %(phone)s, arrived %(server)s",
        phone=when_text(mark.tapped_at),
        server=when_text(mark.received_at),
    )


def _issue(issue: IssueRow) -> list[Step]:
    why = say(f"time_{issue.params['why']}") if issue.params.get("why") else ""
    asked = tuple(text for text in (_asked(issue), why, issue.params.get("note", "")) if text)
    asked += tuple(sentence(signal) for signal in issue.params.get("signals", ()))
    asking = say("reason_signals" if issue.kind == "signals" else f"exception_{issue.kind}")
    if issue.state == "open":
        return [Step(issue.opened_at, asking, asked, ("wait", say("state_open")))]
    # the tap itself already says what was in doubt about it
    before = [] if issue.kind in ABOUT_A_TAP else [Step(issue.opened_at, asking, asked)]
    kind = "ok" if issue.state == "approved" else "stop"
    decided = Step(
        issue.decided_at or issue.opened_at,
        issue.decided_by or gettext("By the store's code"),
        (issue.reason,) if issue.reason else (),
        (kind, say(f"state_{issue.state}")),
    )
    return [*before, decided]


def _asked(issue: IssueRow) -> str:
    category, at = issue.params.get("category"), issue.params.get("at")
    if reason := issue.params.get("cannot"):
        return say(f"cannot_{reason}")
    tap = issue.params.get("tap")
    what = say(f"tap_{tap}" if tap else f"mistake_{category}") if category else ""
    if not at:
        return what
    time = time_text(datetime.fromisoformat(at))
    return gettext("%(what)s: %(time)s would be right", what=what, time=time) if what else time
