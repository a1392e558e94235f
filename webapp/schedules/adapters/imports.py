"""Planned visits and rosters from a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from webapp.core.cells import Cells
from webapp.core.db import conn
from webapp.core.errors import N_, Invalid, words
from webapp.core.imports import Ask, Column, ImportKind, Parsed
from webapp.schedules import service
from webapp.schedules.adapters import imports_hours, imports_leave
from webapp.schedules.adapters.imports_common import STAFF, named, people_of
from webapp.schedules.models import Shift
from webapp.schedules.rules import PlannedStop
from webapp.sites.models import Site

_REST = ("rest", "off", "休", "休息", "-")
_WORK = ("work", "班", "上班")
_DATE = Column("date", N_("Date"), True, ("日期", "work_date", "day"), "2026-11-23")


@dataclass(frozen=True, slots=True)
class Known:
    people: Mapping[str, int]
    things: Mapping[str, int]
    """Sites by code, or shifts by name."""
    begun: set[tuple[int, date]] = field(default_factory=set)
    """Days that an earlier good row of the file has begun anew."""


class PlansImport(ImportKind):
    """One row per planned visit. The file is the whole plan of every person and day in it."""

    code = "plans"
    columns = (
        STAFF,
        _DATE,
        Column("site", N_("Site code"), True, ("门店编号", "site_code", "门店"), "SH0001"),
        Column("starts", N_("From"), False, ("开始", "start"), "09:00"),
        Column("ends", N_("Until"), False, ("结束", "end"), "10:30"),
    )

    def load(self, rows: Sequence[Mapping[str, str]], ask: Ask) -> Known:
        sites = select(Site.code, Site.id).where(Site.branch_id == ask.branch_id, Site.archived_at.is_(None))
        return Known(people_of(ask.branch_id), {row[0].casefold(): row[1] for row in conn().execute(sites)})

    def parse_row(self, cells: Cells, known: Known, ask: Ask) -> Parsed:
        person, on = named(cells, "staff_no", known.people, "unknown_staff"), cells.day("date")
        site = named(cells, "site", known.things, "unknown_site")
        starts, ends = cells.hhmm("starts"), cells.hhmm("ends")
        if starts and starts == ends:
            cells.fail("ends", Invalid("plan_order", "ends"))
        if not cells.ok or person is None or on is None:
            return Parsed("create", "")
        anew = (person, on) not in known.begun
        known.begun.add((person, on))
        data = {"person": person, "date": on.isoformat(), "site": site, "starts": starts, "ends": ends, "anew": anew}
        return Parsed("create", f"{person}|{on}|{site}|{starts}", data)

    def apply_row(self, *, data: dict[str, Any], action: str, ask: Ask) -> None:
        service.add_stop(
            by=ask.by,
            employee_id=data["person"],
            work_date=date.fromisoformat(data["date"]),
            stop=PlannedStop(data["site"], data["starts"], data["ends"]),
            anew=data["anew"],
            at=ask.at,
        )


class ShiftsImport(ImportKind):
    """One row per person and day: a shift by name, "rest", or nothing for the usual hours."""

    code = "shifts"
    columns = (
        STAFF,
        _DATE,
        Column("shift", N_("Shift"), False, ("班次",), "rest", N_("Name of a shift, or rest; empty: usual hours")),
    )

    def load(self, rows: Sequence[Mapping[str, str]], ask: Ask) -> Known:
        return Known(people_of(ask.branch_id), _shifts(ask.branch_id))

    def parse_row(self, cells: Cells, known: Known, ask: Ask) -> Parsed:
        person, on = named(cells, "staff_no", known.people, "unknown_staff"), cells.day("date")
        written = (cells.text("shift", limit=60) or "").casefold()
        rest = written in _REST and written not in known.things
        shift = None if rest or not written else named(cells, "shift", known.things, "unknown_shift")
        if not cells.ok or person is None or on is None:
            return Parsed("create", "")
        data = {"person": person, "date": on.isoformat(), "kind": "rest" if rest else "work", "shift": shift}
        return Parsed("create", f"{person}|{on}", data)

    def apply_row(self, *, data: dict[str, Any], action: str, ask: Ask) -> None:
        service.set_day(
            by=ask.by,
            employee_id=data["person"],
            work_date=date.fromisoformat(data["date"]),
            kind=data["kind"],
            shift_id=data["shift"],
            at=ask.at,
        )


class RosterImport(ImportKind):
    """People x days, as offices draw it: a row per person, a column per date, in each cell a shift or rest."""

    code = "roster"
    columns = (
        STAFF,
        Column("name", N_("Name"), False, ("姓名",), "Li Na"),
        Column("2026-11-23", "2026-11-23", False, (), "rest", N_("A column for each date: a shift, rest, or work")),
    )

    def columns_of(self, headers: Sequence[str]) -> Sequence[Column]:
        dates: dict[str, Column] = {}
        for header in headers:
            on = Cells({"day": header}).day("day")
            if on is not None:
                dates.setdefault(on.isoformat(), Column(on.isoformat(), header))
        return (*self.columns[:2], *dates.values()) if dates else self.columns

    def load(self, rows: Sequence[Mapping[str, str]], ask: Ask) -> Known:
        return Known(people_of(ask.branch_id), _shifts(ask.branch_id))

    def parse_row(self, cells: Cells, known: Known, ask: Ask) -> Parsed:
        person = named(cells, "staff_no", known.people, "unknown_staff")
        days: dict[str, list[Any]] = {}
        for on in cells.values.keys() - {"staff_no", "name"}:
            written = (cells.text(on, limit=60) or "").casefold()
            if written in known.things or (written and written not in (*_REST, *_WORK)):
                days[on] = ["work", named(cells, on, known.things, "unknown_shift")]
            elif written:
                days[on] = ["rest" if written in _REST else "work", None]
        if person is None:
            return Parsed("create", "")
        return Parsed("create" if days else "skip", str(person), {"person": person, "days": days})

    def apply_row(self, *, data: dict[str, Any], action: str, ask: Ask) -> None:
        days = {date.fromisoformat(on): (kind, shift_id) for on, (kind, shift_id) in data["days"].items()}
        service.set_days(by=ask.by, employee_id=data["person"], days=days, at=ask.at)


def _shifts(branch_id: int) -> dict[str, int]:
    """By name, without those that are archived."""
    shifts = select(Shift.name, Shift.id).where(Shift.branch_id == branch_id, Shift.archived_at.is_(None))
    return {row[0].casefold(): row[1] for row in conn().execute(shifts)}


KINDS = (PlansImport(), ShiftsImport(), RosterImport(), *imports_leave.KINDS, *imports_hours.KINDS)

words(
    {
        "unknown_staff": N_("No rep of this branch has the number %(written)s."),
        "unknown_site": N_("No active site of this branch has the code %(written)s."),
        "unknown_shift": N_("There is no shift called %(written)s in this branch."),
    }
)
