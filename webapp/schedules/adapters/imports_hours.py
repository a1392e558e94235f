"""Shifts and what they demand, from a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from webapp.core.cells import Cells
from webapp.core.db import db
from webapp.core.errors import N_, DomainError, Invalid, words
from webapp.core.i18n import LANGUAGES, force_locale, say
from webapp.core.imports import Ask, Column, ImportKind, Parsed
from webapp.schedules import service
from webapp.schedules.models import Shift
from webapp.schedules.queries.periods import closed_months
from webapp.schedules.rules import (
    GRACE_MAX,
    NO_TERMS,
    SHIFT_KINDS,
    WINDOW,
    ShiftTimes,
    Terms,
    day_in_reach,
    months_between,
    read_breaks,
    read_terms,
    shift_times,
    written_terms,
)
from webapp.schedules.service.common import today
from webapp.schedules.service.hours import LOOK_BACK

_DAY = 24 * 60
_LIMITS = {"break_minutes": _DAY, "minimum": _DAY, "serious": _DAY, "before": WINDOW, "after": WINDOW}


@dataclass(frozen=True, slots=True)
class Known:
    shifts: Mapping[str, Shift]
    kinds: Mapping[str, str]
    from_on: date
    problem: DomainError | None
    """Why nothing that is there already can be changed from that day on."""


class ShiftHoursImport(ImportKind):
    """One row per shift. A name that is there already is changed from a date on; the days before keep what they had.
    A column the file does not have leaves that shift's value as it is."""

    code = "shift_hours"
    columns = (
        Column("name", N_("Name"), True, ("班次", "班次名称", "code", "shift"), "Early"),
        Column("start", N_("Start"), True, ("上班", "开始", "from"), "09:00"),
        Column("end", N_("End"), True, ("下班", "结束", "until"), "18:00", N_("Before the start: on the next day")),
        Column("kind", N_("Kind"), False, ("类型", "班次类型"), "fixed", N_("fixed, flexible, core or split")),
        Column("grace_minutes", N_("Grace in minutes"), False, ("宽限", "grace"), "10"),
        Column("serious", N_("Seriously late after (minutes)"), False, ("严重迟到",), "60", N_("0: never")),
        Column("breaks", N_("Breaks"), False, ("休息",), "12:00-13:00", N_("Several with commas between them")),
        Column("break_minutes", N_("Break without a time, in minutes"), False, ("休息分钟",), "0"),
        Column("core_start", N_("Core hours from"), False, ("核心开始",), ""),
        Column("core_end", N_("Core hours until"), False, ("核心结束",), ""),
        Column("minimum", N_("Minimum stay in minutes"), False, ("最少在岗",), "0", N_("0: not asked")),
        Column("before", N_("Coming counts from (minutes before the start)"), False, ("提前",), str(WINDOW)),
        Column("after", N_("Going counts for (minutes after the end)"), False, ("延后",), str(WINDOW)),
    )

    def read_options(self, given: Mapping[str, str]) -> dict[str, Any]:
        written = given.get("from_on", "").strip()
        if written and day_in_reach(written) is None:
            raise Invalid("not_a_date", "from_on")
        return {"from_on": written}

    def load(self, rows: Sequence[Mapping[str, str]], ask: Ask) -> Known:
        shifts = db.session.scalars(select(Shift).where(Shift.branch_id == ask.branch_id))
        from_on, now = _from_on(ask), today(ask.branch_id, ask.at)
        problem: DomainError | None = None
        if from_on < now - LOOK_BACK:
            problem = Invalid("hours_too_old", "name", day=now - LOOK_BACK)
        elif shut := {month for _, month in closed_months([ask.branch_id])} & {*months_between(from_on, now)}:
            problem = Invalid("month_closed", "name", month=min(shut))
        return Known({one.name.casefold(): one for one in shifts}, _kinds(), from_on, problem)

    def parse_row(self, cells: Cells, known: Known, ask: Ask) -> Parsed:
        name = cells.text("name", limit=60)
        shift = known.shifts.get(name.casefold()) if name else None
        hours = _hours(cells, shift, known)
        if not cells.ok or name is None or hours is None:
            return Parsed("create", "")
        data = {
            "shift": shift and shift.id, "version": shift and shift.version, "name": shift.name if shift else name,
            "start": hours.start, "end": hours.end, "grace": hours.grace_minutes, "terms": written_terms(hours.terms),
        }  # fmt: skip
        if shift is None:
            return Parsed("create", name.casefold(), data)
        if shift.archived_at is not None:
            cells.fail("name", Invalid("shift_is_archived", "name"))
        elif hours == _now(shift):
            return Parsed("skip", name.casefold(), data)
        elif known.problem is not None:
            cells.fail("name", known.problem)
        return Parsed("update", name.casefold(), data)

    def apply_row(self, *, data: dict[str, Any], action: str, ask: Ask) -> None:
        values = {"name": data["name"], "start": data["start"], "end": data["end"], "grace_minutes": data["grace"]}
        known: dict[str, Any] = {"by": ask.by, "terms": read_terms(data["terms"]), "at": ask.at}
        if action == "create":
            service.create_shift(branch_id=ask.branch_id, **values, **known)
        else:
            service.change_shift(
                shift_id=data["shift"], version=data["version"], from_on=_from_on(ask), **values, **known
            )


def _from_on(ask: Ask) -> date:
    """From when changed hours count; today, where nobody says."""
    written = ask.options.get("from_on")
    return date.fromisoformat(written) if written else today(ask.branch_id, ask.at)


def _kinds() -> dict[str, str]:
    """Kinds of shift as people write them, in every language."""
    found = {kind: kind for kind in SHIFT_KINDS}
    for locale in LANGUAGES.values():
        with force_locale(locale):
            found |= {say(f"shift_kind_{kind}").casefold(): kind for kind in SHIFT_KINDS}
    return found


def _now(shift: Shift) -> ShiftTimes:
    return ShiftTimes(shift.start, shift.end, shift.grace_minutes, read_terms(shift.terms))


def _hours(cells: Cells, shift: Shift | None, known: Known) -> ShiftTimes | None:
    """What a row demands; what is wrong with it is left in the cells."""
    old = _now(shift) if shift else None
    terms, start, end = _terms(cells, old.terms if old else NO_TERMS, known), cells.hhmm("start"), cells.hhmm("end")
    grace = old.grace_minutes if old else 0
    if "grace_minutes" in cells.values:
        grace = cells.whole("grace_minutes", low=0, high=GRACE_MAX) or 0
    if not cells.ok or start is None or end is None or terms is None:
        return None
    try:
        return shift_times(start, end, grace, terms)
    except DomainError as error:
        field = error.field or "name"
        cells.fail(field if field in cells.values else "name", error)
        return None


def _terms(cells: Cells, old: Terms, known: Known) -> Terms | None:
    given: dict[str, Any] = {}
    for name, most in _LIMITS.items():
        if name in cells.values:
            typed = cells.whole(name, low=0, high=most)
            given[name] = getattr(NO_TERMS, name) if typed is None else typed
    if "kind" in cells.values:
        given["kind"] = cells.choice("kind", known.kinds) or "fixed"
    if "core_start" in cells.values or "core_end" in cells.values:
        core = (cells.hhmm("core_start"), cells.hhmm("core_end"))
        given["core"] = core if all(core) else None
    if "breaks" in cells.values:
        try:
            given["breaks"] = read_breaks(cells.text("breaks") or "")
        except DomainError as error:
            cells.fail("breaks", error)
    return replace(old, **given) if cells.ok else None


KINDS = (ShiftHoursImport(),)

words({"shift_is_archived": N_("This shift is archived. Bring it back first, or use another name.")})
