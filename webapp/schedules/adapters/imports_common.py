"""What the files about schedules have in common: people by number, and cells that name something."""

from collections.abc import Mapping
from typing import TypeVar

from sqlalchemy import select

from webapp.core.cells import Cells
from webapp.core.db import conn
from webapp.core.errors import N_, Invalid
from webapp.core.imports import Column
from webapp.people.models import Employee

T = TypeVar("T")
STAFF = Column("staff_no", N_("Staff number"), True, ("工号", "员工编号", "staff no."), "R001")


def people_of(branch_id: int) -> dict[str, int]:
    """The reps of a branch by number."""
    reps = select(Employee.staff_no, Employee.id).where(Employee.branch_id == branch_id, Employee.role == "rep")
    return {row[0].casefold(): row[1] for row in conn().execute(reps)}


def named(cells: Cells, name: str, known: Mapping[str, T], code: str) -> T | None:
    """What a cell names; a word nobody knows is the cell's error."""
    written = cells.text(name)
    found = known.get(written.casefold()) if written else None
    if written and found is None:
        cells.fail(name, Invalid(code, name, written=written[:40]))
    return found
