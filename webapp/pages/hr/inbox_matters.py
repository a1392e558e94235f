"""Rows of the inbox that are no exceptions: leave somebody asks for, swaps, held punches, questions about pay."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from webapp.attendance.queries.inbox import Due
from webapp.core.authz import SignedIn
from webapp.core.errors import N_, words
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import date_text, say
from webapp.devices import queries as devices
from webapp.pages.leave_lines import days_text, kinds, span_text
from webapp.pages.payslip_lines import month_name
from webapp.payroll import queries as payroll
from webapp.schedules import queries as schedules

Mark = tuple[str, int]
"""(kind, id) of any row of the inbox; all exceptions are of kind "exception"."""
PATHS = {"leave_request": "leave", "swap": "swaps", "held_punch": "held", "pay_question": "questions"}
ANSWERED_HERE = ("leave_request", "swap")
"""These need no more than yes or no: they can be answered in the row, and many at once."""
_LOOKS = {"approved": "ok", "open": "wait", "accepted": "wait", "withdrawn": "plain", "cancelled": "plain"}


@dataclass(frozen=True, slots=True)
class Matter:
    """One row. `day` is text already; `state`: look and words of the chip once it does not wait any more."""

    mark: Mark
    seq: int
    name: str
    staff_no: str
    branch: str
    zone: ZoneInfo
    day: str
    facts: str
    note: str
    waits: bool
    state: tuple[str, str] | None
    chip: str
    due: date | None = None
    age: int = 0
    overdue: bool = False
    problem: str = ""

    @property
    def kind(self) -> str:
        return self.mark[0]

    @property
    def dom_id(self) -> str:
        return f"x-{self.kind}-{self.mark[1]}"

    @property
    def here(self) -> str:
        return f"/hr/inbox/{PATHS[self.kind]}/{self.mark[1]}"

    @property
    def look(self) -> str:
        return "wait" if self.kind in ANSWERED_HERE else "att"

    @property
    def why_alone(self) -> str:
        """Why it is not picked together with others."""
        return say(f"alone_{self.kind}")

    @property
    def pickable(self) -> bool:
        return self.waits and self.kind in ANSWERED_HERE


def matters(
    user: SignedIn, ids: Mapping[str, Collection[int]], *, at: datetime, due: Due,
    problems: Mapping[Mark, str] | None = None,
) -> dict[Mark, Matter]:  # fmt: skip
    """Of every kind those the person may see, by mark; a statement or two for each kind that is there."""
    on = at.astimezone(user.branch.zone).date()
    found: dict[Mark, Matter] = {}
    readers: Mapping[str, Any] = {
        "leave_request": lambda some: schedules.leave_some(user, some, on),
        "swap": lambda some: schedules.swap_some(user, some, on),
        "held_punch": lambda some: devices.held_some(user, some),
        "pay_question": lambda some: payroll.question_some(user, some),
    }
    for kind, read in readers.items():
        rows = read(ids[kind]) if ids.get(kind) else []
        said = _WORDS[kind](rows) if rows else {}
        for row in rows:
            mark = (kind, row.id)
            timely = _timely(said[row.id].pop("opened_at"), said[row.id].pop("due_on", None), row, due, at)
            found[mark] = Matter(
                mark, name=said[row.id].pop("name", row.name), staff_no=row.staff_no or "", branch=row.branch,
                zone=ZoneInfo(row.timezone), waits=row.waits, problem=(problems or {}).get(mark, ""),
                **said[row.id], **timely,
            )  # fmt: skip
    return found


def _timely(opened_at: datetime, due_on: date | None, row: Any, due: Due, at: datetime) -> dict[str, Any]:
    known = due.get(row.branch_id)
    if known is None or not row.waits:
        return {}
    on = due_on or known.due(opened_at)
    return {"due": on, "age": known.age(opened_at, at), "overdue": on < known.local(at)}


def _leave(rows: Collection[Any]) -> dict[int, dict[str, Any]]:
    named = kinds(sorted({row.branch_id for row in rows}))
    return {
        row.id: {
            "seq": row.version, "opened_at": row.since, "day": date_text(row.first_on), "note": row.note,
            "facts": f"{named(row)} · {span_text(row)} · {days_text(row.halves)}",
            "chip": gettext("Asked to cancel it") if row.leave_id and row.state == "open" else _chip("leave_request"),
            "state": None if row.waits else (_LOOKS.get(row.state, "stop"), say(f"leave_state_{row.state}")),
        }
        for row in rows
    }  # fmt: skip


def _swap(rows: Collection[Any]) -> dict[int, dict[str, Any]]:
    return {
        row.id: {
            "seq": row.version, "opened_at": row.since, "day": date_text(row.asker_on), "note": row.note,
            "facts": _exchange(row), "chip": _chip("swap"),
            "state": None if row.waits else (_LOOKS.get(row.state, "stop"), say(f"swap_state_{row.state}")),
        }
        for row in rows
    }  # fmt: skip


def _exchange(row: Any) -> str:
    told = [(row.other, row.name, row.asker_on)]
    told += [(row.name, row.other, row.other_on)] if row.other_on else []
    said = gettext("%(taker)s works instead of %(giver)s on %(day)s")
    return " · ".join(said % {"taker": taker, "giver": giver, "day": date_text(on)} for taker, giver, on in told)


def _held(rows: Collection[Any]) -> dict[int, dict[str, Any]]:
    return {
        row.id: {
            "seq": 0, "opened_at": row.received_at, "note": "", "chip": _chip("held_punch"),
            "name": row.name or gettext("Nobody's id %(pin)s", pin=row.pin),
            "day": date_text(row.received_at.astimezone(ZoneInfo(row.timezone)).date()),
            "facts": gettext("%(why)s · %(device)s showed %(time)s", why=say(f"quality_{row.quality}"),
                             device=row.terminal, time=row.device_time),
            "state": None if row.held else ("ok", say("inbox_decided")),
        }
        for row in rows
    }  # fmt: skip


def _question(rows: Collection[Any]) -> dict[int, dict[str, Any]]:
    return {
        row.id: {
            "seq": row.seq, "opened_at": row.state_at, "due_on": row.due_on, "day": month_name(row.month),
            "facts": say(f"pay_about_{row.category}"), "note": row.note, "chip": _chip("pay_question"),
            "state": None if row.waits else (_LOOKS.get(row.state, "ok"), say(f"pay_question_{row.state}")),
        }
        for row in rows
    }  # fmt: skip


def _chip(kind: str) -> str:
    return say(f"exception_{kind}")


_WORDS: Mapping[str, Any] = {"leave_request": _leave, "swap": _swap, "held_punch": _held, "pay_question": _question}

words(
    {
        "alone_held_punch": N_("A held punch needs the time it counts at: open it."),
        "alone_pay_question": N_("A question needs an answer in words: open it."),
    }
)
