"""Reports counted once more, the plain way: random days of two branches as lists, and loops over them.

Nothing of webapp's counting is used; only what the reports say under their tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tests import factories as make
from tests.pages.hr import report_company as rc
from tests.pages.hr.report_company import House
from webapp.attendance.models import AttendanceDay, Confirmation
from webapp.schedules.models import PlanStop

SINCE, UNTIL = date(2026, 3, 2), date(2026, 3, 15)
BEFORE = SINCE - timedelta(days=14)
"""New York puts its clocks forward on 8 March."""
ASKED = f"since={SINCE}&until={UNTIL}"
STATUSES = (
    "normal", "normal", "normal", "late", "serious_late", "early_leave", "absent", "missing_in", "missing_out",
    "field_work", "leave", "rest", "pending", "unheard",
)  # fmt: skip
CLOCKS = ("00:30", "06:15", "09:00", "13:45", "22:00", "23:30")
SOURCES = ("phone", "device", "phone,device", "supervisor", "phone,supervisor", "hr", "phone,device,supervisor,hr")


@dataclass
class Plain:
    """One day as the test knows it: `hour` is read off the wall of the branch."""

    rep: Any
    on: date
    zone: str
    status: str
    hour: int
    ends: datetime
    came: bool
    late: int
    early: int
    scheduled: bool
    over: bool
    sources: str
    site: str = ""
    excepted: bool = False
    words: list[tuple[str, str, datetime]] = field(default_factory=list)

    @property
    def due(self) -> bool:
        return self.scheduled and self.over and self.status not in ("leave", "rest")

    @property
    def there(self) -> bool:
        return self.came and self.status != "absent"

    @property
    def odd(self) -> bool:
        return self.excepted or self.status not in ("normal", "field_work")

    @property
    def past(self) -> bool:
        return self.on < SINCE

    @property
    def first_word(self) -> tuple[str, str, datetime] | None:
        return next((word for word in self.words if word[0] != "undone"), None)


def fill(home: House, seed: int) -> list[Plain]:
    """Random days of all three reps, half of them in New York."""
    dice = Random(seed)
    found = []
    for rep, zone in ((home.reps[0], "Asia/Shanghai"), (home.reps[1], "Asia/Shanghai"), (home.reps[2], NEW_YORK)):
        for n in range(-1, 30):
            if dice.random() < 0.85:
                found.append(_day(dice, home, rep, zone, BEFORE + timedelta(days=n)))
    return found


NEW_YORK = "America/New_York"


def _day(dice: Random, home: House, rep: Any, zone: str, on: date) -> Plain:
    status, clock = dice.choice(STATUSES), dice.choice(CLOCKS)
    starts = datetime.combine(on, time.fromisoformat(clock), ZoneInfo(zone)).astimezone(UTC)
    came = status not in ("missing_in", "leave", "rest") and (status != "absent" or dice.random() < 0.3)
    often = status in ("missing_out", "pending", "absent", "early_leave") and came and dice.random() < 0.5
    late = dice.randint(1, 90) if status in ("late", "serious_late") or often else 0
    early = dice.randint(1, 60) if status == "early_leave" or (often and dice.random() < 0.5) else 0
    one = Plain(
        rep, on, zone, status, int(clock[:2]), starts + timedelta(hours=8), came, late, early,
        scheduled=dice.random() < 0.9, over=dice.random() < 0.95, sources=dice.choice(SOURCES) if came else "",
    )  # fmt: skip
    make.save(
        AttendanceDay(
            employee_id=rep.id, work_date=on, branch_id=rep.branch_id, status=status, scheduled=one.scheduled,
            expected="work", present=came and status not in ("absent", "pending", "unheard"), over=one.over,
            starts_at=starts, ends_at=one.ends, first_in=starts if came else None, minutes_late=late,
            minutes_early=early, sources=one.sources, rebuilt_at=one.ends,
        )
    )  # fmt: skip
    _places(dice, home, one)
    _doubts(dice, home, one)
    return one


def _places(dice: Random, home: House, one: Plain) -> None:
    """Plan, punch and check-ins speak of different shops; the strongest that is there names the day's."""
    shops = (home.shop, home.depot)
    if dice.random() < 0.5:
        first, second = dice.sample(shops, 2)
        rows = [
            PlanStop(employee_id=one.rep.id, work_date=one.on, seq=n, site_id=s.id)
            for n, s in ((2, second), (1, first))
        ]
        make.save(*rows)
        one.site = first.name
    if dice.random() < 0.4:
        shop = dice.choice(shops)
        rc.punch(one.rep, one.on, shop)
        one.site = shop.name
    if dice.random() < 0.6:
        late, early, shop, other = "10:00", "08:00", *dice.sample(shops, 2)
        rc.came(one.rep, one.on, other, late)
        mark = rc.came(one.rep, one.on, shop, early)
        taken_back = dice.random() < 0.3
        if taken_back:
            rc.void(mark)
        one.site = (other if taken_back else shop).name


def _doubts(dice: Random, home: House, one: Plain) -> None:
    if dice.random() < 0.3:
        states = dice.sample(("open", "approved", "rejected", "withdrawn"), 2)
        for state in states:
            rc.issue(one.rep, one.on, state)
        one.excepted = states != ["withdrawn"] and any(state != "withdrawn" for state in states)
    if dice.random() < 0.7:
        for seq in range(1, dice.randint(2, 4)):
            at = one.ends + timedelta(seconds=dice.randint(-7200, 200_000))
            said, by = dice.choice(("present", "present", "absent", "undone")), dice.choice((home.boss, home.hr))
            one.words.append((said, by.name, at))
            make.save(Confirmation(employee_id=one.rep.id, work_date=one.on, seq=seq, word=said, by=by.id, at=at))


def by(days: Iterable[Plain], key: Callable[[Plain], Any]) -> dict[Any, list[Plain]]:
    found: dict[Any, list[Plain]] = defaultdict(list)
    for one in days:
        found[key(one)].append(one)
    return found


def rate(days: list[Plain], good: Callable[[Plain], bool]) -> float | None:
    return round(sum(map(good, days)) / len(days), 4) if days else None


def nearest(values: list[int], percent: int) -> int | None:
    """The smallest value that at least so many of a hundred do not exceed."""
    for value in sorted(values):
        if sum(other <= value for other in values) * 100 >= percent * len(values):
            return value
    return None
