"""The story of the demo company: who works when, where they are meant to be; pure, the same for a seed and a moment."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from random import Random
from zoneinfo import ZoneInfo

from webapp.demo import cast, places
from webapp.demo.cast import Member
from webapp.demo.places import Place

DAY, WEEK = timedelta(days=1), timedelta(days=7)
HOURS = {
    "supermarket": ("09:00", "18:00", 20),
    "community": ("09:00", "18:00", 10),
    "convenience": ("08:30", "17:30", 10),
    "specialty": ("10:00", "19:00", 15),
}
"""Of the store types every branch opens with."""
SHIFTS = {
    "Late": ("12:00", "21:00", 10),
    "Night": ("22:00", "06:00", 10),
    "Early": ("05:00", "13:00", 10),
    "Small hours": ("00:00", "08:00", 10),
}
ON_SHIFT = {"R011": "Late", "R028": "Late", "R016": "Night"}
EARLY_BIRDS = ("R002", "R003", "R004", "R006", "R026")
"""They take an early shift today when the demo is made before the shops open, so that somebody is there to confirm."""
# who, first and last day counted from today, kind, note
LEAVES = (
    ("R006", -33, -29, "annual", "带孩子旅行"),
    ("R030", -40, -38, "personal", "Moving house"),
    ("R013", -18, -18, "sick", "发烧"),
    ("R009", -9, -8, "sick", "扭伤"),
    ("R022", -1, 3, "annual", ""),
    ("R034", 5, 9, "annual", "Family trip"),
)
JOINED = {"R024": -26}
LEFT = {"R040": -12}
BEFORE = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Stop:
    """A planned visit; local "HH:MM"."""

    place: Place
    starts: str
    ends: str


@dataclass(frozen=True)
class Story:
    """`made_at`: the moment history ends. `days` of history, 0 for two calendar months; `reps` () for everybody."""

    made_at: datetime
    seed: int = 20
    days: int = 0
    reps: tuple[str, ...] = ()
    holidays: Mapping[str, frozenset[date]] = field(default_factory=dict)

    @cached_property
    def today(self) -> date:
        """Both branches keep the same clock."""
        return self.made_at.astimezone(ZoneInfo(cast.OFFICES[0].timezone)).date()

    @cached_property
    def first_on(self) -> date:
        """The first of a month, so that payslips are whole: the last month, or the one before when that is short."""
        if self.days:
            return self.today - self.days * DAY
        last = (self.today.replace(day=1) - DAY).replace(day=1)
        return last if self.today - last >= BEFORE else (last - DAY).replace(day=1)

    @cached_property
    def begins_at(self) -> datetime:
        """When the company was set up: before the week its history begins in."""
        return self.moment(cast.OFFICES[0].code, self.first_on - WEEK, "08:00")

    @cached_property
    def cast(self) -> tuple[Member, ...]:
        return tuple(member for member in cast.REPS if not self.reps or member.staff_no in self.reps)

    def past(self) -> Iterator[date]:
        """Work dates before today, oldest first."""
        on = self.first_on
        while on < self.today:
            yield on
            on += DAY

    def moment(self, office: str, on: date, hhmm: str, minutes: float = 0) -> datetime:
        zone = ZoneInfo(cast.office_of(office).timezone)
        return datetime.combine(on, time.fromisoformat(hhmm), zone).astimezone(UTC) + timedelta(minutes=minutes)

    def dice(self, *about: object) -> Random:
        """Chance that falls the same way every time for the same thing."""
        return Random("|".join(map(str, (self.seed, *about))))  # noqa: S311 - a story, not a secret

    def joined_on(self, member: Member) -> date:
        if member.staff_no in JOINED:
            return self.today + JOINED[member.staff_no] * DAY
        return date(2019, 3, 1) + self.dice(member.staff_no, "joined").randrange(2000) * DAY

    def left_on(self, member: Member) -> date | None:
        return self.today + LEFT[member.staff_no] * DAY if member.staff_no in LEFT else None

    def employed(self, member: Member, on: date) -> bool:
        left = self.left_on(member)
        return self.joined_on(member) <= on and (left is None or on <= left)

    def rests(self, member: Member, on: date) -> bool:
        """Two days a week; today only every fifth person rests."""
        n, weekday = int(member.staff_no[1:]), (on - self.today).days % 7
        return weekday in ({0, 3} if n % 5 == 0 else {1 + n % 6, 1 + (n * 5 + 3) % 6})

    def on_leave(self, member: Member, on: date) -> bool:
        spans = ((first, last) for who, first, last, *_ in LEAVES if who == member.staff_no)
        return any(first <= (on - self.today).days <= last for first, last in spans)

    def on_holiday(self, member: Member, on: date) -> bool:
        """A third works on a holiday, and on the day the demo is made everybody does."""
        if on not in self.holidays.get(member.office, ()) or on == self.today:
            return False
        return bool((int(member.staff_no[1:]) + on.toordinal()) % 3)

    def works(self, member: Member, on: date) -> bool:
        off = self.rests(member, on) or self.on_leave(member, on) or self.on_holiday(member, on)
        return self.employed(member, on) and not off

    def working(self, on: date) -> list[Member]:
        return [member for member in self.cast if self.works(member, on)]

    def shift(self, member: Member, on: date) -> str | None:
        """The name of the shift on the roster; None for the usual hours of the first store."""
        if on == self.today and member.staff_no in EARLY_BIRDS:
            now = self.made_at.astimezone(ZoneInfo(cast.office_of(member.office).timezone)).time()
            if now < time(9, 30):
                return "Early" if now >= time(5, 30) else "Small hours"
        return ON_SHIFT.get(member.staff_no)

    def hours(self, member: Member, on: date) -> tuple[str, str, int]:
        """Start, end and grace of a working day."""
        shift = self.shift(member, on)
        return SHIFTS[shift] if shift else HOURS[self._route(member, on)[0].kind]

    def stops(self, member: Member, on: date) -> list[Stop]:
        """The planned visits of a working day; the route repeats every other week."""
        route, (starts, ends, _) = self._route(member, on), self.hours(member, on)
        begin, whole = _minutes(starts), (_minutes(ends) - _minutes(starts)) % 1440
        travel = 30
        each = (whole - travel * (len(route) - 1)) // len(route) // 5 * 5
        found = []
        for place in route:
            found.append(Stop(place, _hhmm(begin), _hhmm(begin + each)))
            begin += each + travel
        found[-1] = Stop(route[-1], found[-1].starts, ends)
        return [*found, *self._one_more(member, on, found)]

    def _one_more(self, member: Member, on: date, found: list[Stop]) -> list[Stop]:
        """R001 always has a next stop today, however late the demo is made: a store not seen yet today."""
        local = self.made_at.astimezone(ZoneInfo(cast.office_of(member.office).timezone))
        soon = (local.hour * 60 + local.minute) // 30 * 30 + 60
        if member.staff_no != "R001" or on != self.today or _hhmm(soon) <= found[-1].starts or soon > 23 * 60:
            return []
        seen = {stop.place.code for stop in found}
        place = next(place for place in self._known(member) if place.code not in seen)
        return [Stop(place, _hhmm(soon), _hhmm(soon + 45))]

    def _route(self, member: Member, on: date) -> list[Place]:
        week = (on - date(2024, 1, 1)).days // 7 % 2
        dice = self.dice(member.staff_no, on.weekday(), week)
        return dice.sample(self._known(member), dice.choice((2, 3, 3)))

    def _known(self, member: Member) -> list[Place]:
        return [place for place in places.of(member.office, member.area) if place.code not in places.UNPLACED]


def weeks(first: date, last: date) -> Iterator[date]:
    """The Mondays of the weeks that two dates lie in and between."""
    monday = first - first.weekday() * DAY
    while monday <= last:
        yield monday
        monday += WEEK


def pick(members: Iterable[Member], wanted: int, dice: Random) -> list[Member]:
    known = list(members)
    return dice.sample(known, min(wanted, len(known)))


def _minutes(hhmm: str) -> int:
    return int(hhmm[:2]) * 60 + int(hhmm[3:])


def _hhmm(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
