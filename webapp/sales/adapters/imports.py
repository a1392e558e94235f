"""Sales figures from a file: one row per person and day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from webapp.core.cells import Cells
from webapp.core.errors import N_, Invalid
from webapp.core.imports import Ask, Column, ImportKind, Parsed
from webapp.people import queries as people
from webapp.sales import queries, service


class SalesImport(ImportKind):
    code = "sales"
    columns = (
        Column("staff_no", N_("Staff number"), required=True, aliases=("工号", "员工编号"), example="R001"),
        Column("work_date", N_("Work date"), required=True, aliases=("日期", "date"), example="2026-11-21"),
        Column("amount", N_("Sales"), required=True, aliases=("销售额", "amount"), example="3200.00"),
        Column("target", N_("Target"), aliases=("目标", "销售目标"), example="3000.00"),
    )

    def load(self, rows: Sequence[Mapping[str, str]], ask: Ask) -> Any:
        """People by number, the branch's currency, and the figures already known."""
        numbers = {row.get("staff_no", "").strip().upper() for row in rows}
        found = people.employees_by_staff_no(numbers)
        mine = {number: person for number, person in found.items() if person.branch_id == ask.branch_id}
        branch = people.branch(ask.branch_id)
        dates = {on for row in rows if (on := Cells(row).day("work_date"))}
        known = queries.figures({(person.id, on) for person in mine.values() for on in dates})
        return {"people": mine, "figures": known, "currency": branch.currency if branch else "CNY"}

    def parse_row(self, cells: Cells, known: Any, ask: Ask) -> Parsed:
        number, on = (cells.text("staff_no", limit=20) or "").upper(), cells.day("work_date")
        amount, target = cells.amount("amount", known["currency"]), cells.amount("target", known["currency"])
        person = known["people"].get(number)
        if number and person is None:
            cells.fail("staff_no", Invalid("no_such_employee", "staff_no", staff_no=number))
        for name, value in (("amount", amount), ("target", target)):
            if value is not None and value < 0:
                cells.fail(name, Invalid("too_low", name, limit=0))
        if not cells.ok or person is None or on is None:
            return Parsed("error", key=f"{number}|{on}")
        before = known["figures"].get((person.id, on))
        if before is not None and "target" not in cells.values:  # a file of sales alone takes no target away
            target = before.target
        action = "create" if before is None else "update"
        if before is not None and (before.amount, before.target) == (amount, target):
            action = "skip"
        data = {"employee_id": person.id, "work_date": on.isoformat(), "amount": amount, "target": target}
        return Parsed(action, key=f"{number}|{on}", data=data)

    def apply_row(self, *, data: dict[str, Any], action: str, ask: Ask) -> None:
        on = date.fromisoformat(data["work_date"])
        service.record_figure(by=ask.by, source="import", at=ask.at, **{**data, "work_date": on})


KINDS = (SalesImport(),)
