"""Many rows of the inbox answered at once: each is a unit of work of its own and reports by itself."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any, Literal

from flask import Blueprint, Response, flash

from webapp.attendance import queries as attendance
from webapp.attendance import service
from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError
from webapp.core.forms import Bound, Form, read_form
from webapp.core.i18n import explain, money_text, ngettext, say
from webapp.core.ids import row_id
from webapp.pages.hr import inbox_lines as view
from webapp.pages.hr.inbox_keys import waiting
from webapp.pages.hr.inbox_lines import Line
from webapp.pages.hr.inbox_list import back, list_context, query_of
from webapp.pages.hr.inbox_matters import ANSWERED_HERE, Mark, Matter
from webapp.pages.hr.inbox_pages import Row, some_lines
from webapp.schedules import service as schedules

bp = Blueprint("hr_inbox_bulk", __name__, url_prefix="/hr/inbox/bulk")


class BulkForm(Form):
    ids: list[str] = []
    decision: Literal["approved", "rejected"]
    reason: str = ""
    checked: bool = False


@bp.post("")
@allow(*OFFICE)
def bulk() -> Response:
    form, at, user = read_form(BulkForm), clock.now(), me()
    seqs = _picked(form.values.get("ids", []))
    found = some_lines(user, list(seqs), at=at, due=attendance.deadlines(user.branch_ids, at))
    gone = seqs.keys() - {line.mark for line in found}
    if gone and not found:
        return hx.respond("hr/inbox.html", status=422, **list_context(result=(_done(form, 0), _gone_text(gone))))
    ready = [line for line in found if not _why_left(line)]
    if form.ok and form.data.decision == "rejected" and not form.data.reason:
        form.errors["reason"] = say("reason_needed")
    if not form.ok or not found:
        return hx.respond("hr/inbox.html", status=422, **list_context(form=form))
    decision = form.data.decision
    worth = [line for line in ready if isinstance(line, Line)]
    totals = view.together([line.row for line in worth], decision, at=at)
    if not form.data.checked and (len(ready) > view.ROWS_TO_CHECK or view.needs_check(worth, totals, decision)):
        return _check_page(form, found, ready, totals, seqs)
    problems = {line.mark: _try(line, form.data, seqs[line.mark]) for line in found}
    return _answer(form, {mark: text for mark, text in problems.items() if text}, len(found), gone)


def _try(line: Row, form: BulkForm, seq: int) -> str:
    """One unit of work; what went wrong, or nothing."""
    kind, number = line.mark
    said: dict[str, Any] = {"by": me(), "decision": form.decision, "reason": form.reason, "at": clock.now()}
    try:
        if kind == "leave_request":
            do(schedules.answer_leave, request_id=number, version=seq, **said)
        elif kind == "swap":
            do(schedules.decide_swap, swap_id=number, version=seq, **said)
        else:
            do(service.decide, exception_id=number, expected_seq=seq, **said)
    except DomainError as error:
        return explain(error)
    return ""


def _check_page(form: Bound[Any], found: list[Row], ready: list[Row], totals: Any, seqs: Any) -> Response:
    worth = [line for line in ready if isinstance(line, Line)]
    largest = sorted(worth, key=lambda line: -abs(line.change))[:5]
    left = [replace(line, problem=_why_left(line)) for line in found if line not in ready]
    decision, others = form.data.decision, [line for line in ready if isinstance(line, Matter)]
    context: dict[str, Any] = {
        "lines": worth, "others": others, "left": left, "largest": largest,
        "gone": _gone_text(seqs.keys() - {line.mark for line in found}),
        "sums": [money_text(change, currency, signed=True) for currency, change in totals.items()],
        "people_count": len({line.row.employee_id for line in worth}),
        "picked": [_written(line.mark, seqs[line.mark]) for line in ready],
    }  # fmt: skip
    return hx.respond(
        "hr/inbox_check.html", **context, form=form, decision=decision, query=query_of(),
        badges={"inbox": waiting(me(), at=clock.now())},
    )  # fmt: skip


def _why_left(line: Row) -> str:
    """Why it cannot be decided together with others; "" when it can."""
    if isinstance(line, Matter):
        return "" if line.waits or line.state is None else line.state[1]
    if line.lacks_time:
        return say("time_needed")
    return "" if line.row.state == "open" else say(f"state_{line.row.state}")


def _answer(form: Bound[Any], problems: dict[Mark, str], total: int, gone: Collection[Mark]) -> Response:
    """What was done, what needs its reader, and what of the picked rows is not there to be decided any more."""
    text = _done(form, total - len(problems))
    if not problems:
        flash(f"{text} {_gone_text(gone)}".strip(), "att" if gone else "ok")
        return hx.redirect(back())
    user, at = me(), clock.now()
    seen = some_lines(user, list(problems), at=at, due=attendance.deadlines(user.branch_ids, at))
    open_ones = [line.mark for line in seen if _waits(line)]
    gone = {*gone, *(problems.keys() - {line.mark for line in seen})}
    told = [_gone_text(gone, settled=len(seen) - len(open_ones))]
    if open_ones:
        told.append(ngettext("%(num)s needs you.", "%(num)s need you.", len(open_ones)))
    return hx.respond("hr/inbox.html", **list_context(problems=problems, result=(text, " ".join(told).strip())))


def _done(form: Bound[Any], number: int) -> str:
    if form.values.get("decision") == "rejected":
        return ngettext("%(num)s rejected.", "%(num)s rejected.", number)
    return ngettext("%(num)s approved.", "%(num)s approved.", number)


def _gone_text(gone: Collection[Mark], settled: int = 0) -> str:
    """How many of the picked rows nobody can decide here any more, and why. `settled`: still seen, but answered."""
    over = attendance.withdrawn_among(me(), [number for kind, number in gone if kind == "exception"]) if gone else 0
    unseen = len(gone) - over
    told = [
        (settled, ngettext("%(num)s was answered or taken back meanwhile.",
                           "%(num)s were answered or taken back meanwhile.", settled)),
        (over, ngettext("%(num)s settled itself meanwhile: there is nothing left to decide.",
                        "%(num)s settled themselves meanwhile: there is nothing left to decide.", over)),
        (unseen, ngettext("%(num)s is not in your branches any more: its own office decides it.",
                          "%(num)s are not in your branches any more: their own office decides them.", unseen)),
    ]  # fmt: skip
    return " ".join(text for number, text in told if number)


def _waits(line: Row) -> bool:
    return line.waits if isinstance(line, Matter) else line.row.state == "open"


def _picked(ids: list[str]) -> dict[Mark, int]:
    """{row: its version as it was seen} of values like "12-0" and "swap-7-2"; anything else is left out."""
    found = {}
    for text in ids[:1000]:
        kind, number, seq = _parts(text)
        if number is not None and seq is not None and kind in ("exception", *ANSWERED_HERE):
            found[kind, number] = seq
    return found


def _parts(text: str) -> tuple[str, int | None, int | None]:
    *kind, number, seq = ["", *text.split("-")] if text.count("-") == 0 else text.split("-")
    return "-".join(kind) if kind else "exception", row_id(number), row_id(seq)


def _written(mark: Mark, seq: int) -> str:
    kind, number = mark
    return f"{number}-{seq}" if kind == "exception" else f"{kind}-{number}-{seq}"
