"""What the end of a year does to everybody's leave, before anything is done."""

from dataclasses import dataclass
from datetime import date

from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.people.models import Employee
from webapp.schedules import policy
from webapp.schedules.models import LeaveType
from webapp.schedules.queries.days import HasZone
from webapp.schedules.queries.leave import balances, carried_into, leave_types
from webapp.schedules.rules import Carry, carry_over


@dataclass(frozen=True, slots=True)
class CarryLine:
    """One person and kind."""

    employee_id: int
    staff_no: str
    name: str
    kind: LeaveType
    carry: Carry
    """As the old year stands now."""
    done: int | None
    """Half days carried over already."""
    by_hand: int
    """Half days given in the new year since."""

    @property
    def waits(self) -> bool:
        return self.done is None and self.carry.carried > 0

    @property
    def difference(self) -> int:
        """What the old year would give now more (or less) than was carried."""
        return 0 if self.done is None else self.carry.carried - self.done


def carrying(user: SignedIn, branch: HasZone, year: int, today: date) -> list[CarryLine]:
    """Everybody who worked in a year and works in the next one, by number, with each kind that can be carried over;
    who has nothing left is not named. As many statements as `balances`, and two.
    """
    kinds = [one for one in leave_types(branch.id) if one.carry_halves and one.yearly_halves is not None]
    if not kinds:
        return []
    stays = Employee.left_on.is_(None) | (Employee.left_on > date(year, 12, 31))
    reps = policy.visible_to(user).where(
        Employee.branch_id == branch.id, Employee.role == "rep", stays, Employee.joined_on <= date(year, 12, 31)
    )
    columns = (Employee.id, Employee.staff_no, Employee.name)
    people = list(conn().execute(reps.with_only_columns(*columns).order_by(Employee.staff_no)))
    ids = [row.id for row in people]
    found, known = balances(ids, branch, year, today=today), carried_into(ids, year + 1)
    lines = []
    for row in people:
        for one in kinds:
            key = (row.id, one.code)
            done, by_hand = known.get(key, (None, 0))
            line = CarryLine(*row, one, carry_over(found[key], one.carry_halves), done, by_hand)
            if line.carry.left or done:
                lines.append(line)
    return lines
