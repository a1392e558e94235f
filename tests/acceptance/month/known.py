"""What had reached the product by a moment, sorted by whom and what it is about. Imports nothing of the product."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from tests.acceptance.month.demands import Expected, asked
from tests.acceptance.month.world import (
    DAY,
    Answer,
    Ask,
    Away,
    Calendar,
    Call,
    CancelLeave,
    Fact,
    Hours,
    Leave,
    Month,
    Office,
    Person,
    Photo,
    Pin,
    Plan,
    Post,
    Roster,
    Ruling,
    Swap,
    Tap,
    Undo,
    Word,
)

SECOND = timedelta(seconds=1)
LOOK_BACK = timedelta(days=16)
TIMES = ("missing_out", "absent", "forgot_in", "forgot_out")
"""Asking for these is asking for a time that nobody recorded."""
USUAL = Hours("usual", "09:00", "18:00", 0)


@dataclass(frozen=True)
class Finger:
    """One believed punch of somebody."""

    at: datetime
    place: str
    wall: str
    came: datetime


class Known:
    """Facts that arrived by `by`; what was said last counts. `since`: nobody asks about dates before it, `only`: nor
    about people of another branch."""

    def __init__(self, month: Month, by: datetime, since: date | None = None, only: Office | None = None) -> None:
        self.month, self.by = month, by
        self._expected: dict[tuple[str, date, str | None, datetime], Expected] = {}
        self.rosters: dict[tuple[str, date], list[Roster]] = defaultdict(list)
        self.plans: dict[tuple[str, date], tuple[str, ...]] = {}
        self.calendar: dict[tuple[str, date], str] = {}
        self.leaves: dict[str, list[Leave]] = defaultdict(list)
        self.cancelled: dict[str, datetime] = {}
        self.taps: dict[str, list[Tap]] = defaultdict(list)
        self.undone: set[str] = set()
        self.words: dict[tuple[str, date], list[Word]] = defaultdict(list)
        self.asks: dict[tuple[str, date], list[Ask]] = defaultdict(list)
        self.answers: dict[str, list[Answer]] = defaultdict(list)
        self._pinned: dict[str, dict[str, Person]] = {}
        self.refused: set[str] = set()
        self.photos: dict[str, datetime] = {}
        self.aways: list[Away] = []
        self.rulings: dict[tuple[str, str, str], Ruling] = {}
        self.posts: list[Post] = []
        self.pins: dict[str, Pin] = {}
        self.contacts: dict[str, list[datetime]] = defaultdict(list)
        old = None if since is None else datetime.combine(since - LOOK_BACK, time(0), UTC)
        for fact in month.ordered():
            if fact.at > by:
                break
            if isinstance(fact, Tap | Post | Call):
                others = only is not None and fact.who not in only.people and fact.who not in only.walls
                if others or (old is not None and fact.at < old):
                    continue
            self._take(fact)
        self._expected.clear()

    def _take(self, fact: Fact) -> None:  # noqa: C901 - one line for each kind of fact
        match fact:
            case Roster():
                self.rosters[fact.who, fact.on].append(fact)
            case Swap():
                self._swap(fact)
            case Plan():
                self.plans[fact.who, fact.on] = fact.places
            case Calendar():
                self.calendar[fact.who, fact.on] = fact.kind
            case Leave():
                self.leaves[fact.who].append(fact)
            case CancelLeave():
                self.cancelled[fact.key] = fact.at
            case Tap():
                self.taps[fact.who].append(fact)
            case Undo():
                self.undone.add(fact.key)
            case Word():
                self.words[fact.who, fact.on].append(fact)
            case Ask():
                self._ask(fact)
            case Answer():
                self.answers[fact.key].append(fact)
            case Photo():
                self.photos[fact.key] = fact.at
            case Away():
                self.aways.append(fact)
            case Ruling():
                self.rulings[fact.who, fact.pin, fact.shown] = fact
            case Pin():
                self.pins[fact.who] = fact
            case Post():
                self.posts.append(fact)
                self.contacts[fact.who].append(fact.at)
            case Call():
                self.contacts[fact.who].append(fact.at)

    def _ask(self, ask: Ask) -> None:
        """No more times than a person may report for one month: what waits and what was granted counts."""
        most = self.month.office_of(ask.who).quota
        asked = [asks for (who, on), asks in self.asks.items() if who == ask.who and on.month == ask.on.month]
        mine = [one for asks in asked for one in asks]
        used = sum(one.what in TIMES and all(said.yes for said in self.answers[one.key][-1:]) for one in mine)
        if most and ask.what in TIMES and used >= most:
            self.refused.add(ask.key)
        else:
            self.asks[ask.who, ask.on].append(ask)

    def places_of(self, office: Office, boss: str, at: datetime) -> set[str]:
        """Those a boss answers for at a moment, with those of whom they stand in for on that date."""
        on = at.astimezone(ZoneInfo(office.zone)).date()
        absent = [one.who for one in self.aways if one.other == boss and one.first <= on <= one.last and one.at <= at]
        return {place for each in (boss, *absent) for place in office.bosses[each][1]}

    def _swap(self, swap: Swap) -> None:
        """On each date either of the two gets what the other had: shift and visits, or a day off of the same kind."""
        office = self.month.office_of(swap.who)
        pairs = [(who, on) for who in (swap.who, swap.other) for on in (swap.on, swap.their)]
        had = {
            (who, on): (
                self._expect(office, who, on, None, self.by).works,
                self.roster(who, on, self.by),
                self.plans.get((who, on), ()),
            )
            for who, on in pairs
        }
        for (who, on), mine in had.items():
            works, said, stops = had[swap.other if who == swap.who else swap.who, on]
            if works or mine[0]:
                shift = said.shift if said is not None and works else None
                off = "rest" if said is not None and said.kind is not None else None  # a holiday stays one
                self.rosters[who, on].append(Roster(swap.at, who, on, "work" if works else off, shift))
                self.plans[who, on] = stops

    def expected(self, office: Office, who: str, on: date, place: str | None, by: datetime | None = None) -> Expected:
        """Not employed, leave, roster, calendar, week, the first that says something; hours as `hours` says.

        `by`: as it was known then.
        """
        by = by or self.by
        asked_for = (who, on, place, by)
        if asked_for not in self._expected:
            self._expected[asked_for] = self._expect(office, who, on, place, by)
        return self._expected[asked_for]

    def _expect(self, office: Office, who: str, on: date, place: str | None, by: datetime) -> Expected:
        off = self.off(who, on, by)
        hours = self.hours(office, who, on, place, by)
        if not office.people[who].employed(on):
            return asked(office, on, hours, "rest")
        if off == "day":
            return asked(office, on, hours, "leave")
        return asked(office, on, hours, self._said(office, who, on, by), off)

    def _said(self, office: Office, who: str, on: date, by: datetime) -> str:
        said = self.roster(who, on, by)
        if said is not None and said.kind is not None:
            return said.kind
        if (office.code, on) in self.calendar:
            return {"workday": "work"}.get(self.calendar[office.code, on], "holiday")
        return "work" if on.isoweekday() in office.workdays else "rest"

    def off(self, who: str, on: date, by: datetime) -> str:
        """How much of a date is leave: day | first | second | "" (none of it)."""
        halves: set[str] = set()
        for leave in self.leave(who, by):
            if leave.first <= on <= leave.last:
                starts, ends = leave.starts_half and on == leave.first, leave.ends_half and on == leave.last
                halves |= {"second"} if starts else {"first"} if ends else {"first", "second"}
        return "day" if len(halves) == 2 else halves.pop() if halves else ""

    def roster(self, who: str, on: date, by: datetime) -> Roster | None:
        return next((one for one in reversed(self.rosters.get((who, on), ())) if one.at <= by), None)

    def leave(self, who: str, by: datetime) -> list[Leave]:
        said = [one for one in self.leaves.get(who, ()) if one.at <= by]
        return [one for one in said if one.key not in self.cancelled or self.cancelled[one.key] > by]

    def hours(self, office: Office, who: str, on: date, place: str | None, by: datetime) -> Hours:
        """The roster's shift, else those of the first planned store, else of the one somebody was seen in, else the
        branch's."""
        said = self.roster(who, on, by)
        if said is not None and said.shift is not None:
            return office.shifts[said.shift]
        stop = next(iter(self.plans.get((who, on), ())), place)
        if stop is not None:
            return office.kinds[office.places[stop].kind]
        return next(iter(office.shifts.values()), USUAL)

    def work_date(self, office: Office, who: str, at: datetime, place: str | None) -> date:
        """That of the nearest shift in whose reach it is (the earlier of two as near), else the date on the wall."""
        here = at.astimezone(ZoneInfo(office.zone)).date()
        best: tuple[timedelta, date] | None = None
        for on in (here - DAY, here, here + DAY):
            shift = self.expected(office, who, on, place)
            begin, end = shift.whole
            far = max(begin - at, at - end, timedelta(0))
            near = begin - at <= shift.before and at - end <= shift.after
            if shift.works and near and (best is None or far < best[0]):
                best = far, on
        return here if best is None else best[1]

    @cached_property
    def days_of_taps(self) -> dict[tuple[str, date], list[Tap]]:
        """Arrivals and departures by person and work date: a departure belongs to the date of its arrival."""
        found: dict[tuple[str, date], list[Tap]] = defaultdict(list)
        for who, taps in self.taps.items():
            office, dates = self.month.office_of(who), {}
            for tap in sorted(taps, key=lambda tap: tap.kind):  # in before out
                if tap.of is not None and tap.of not in dates:
                    continue  # of a date nobody asks about
                on = dates[tap.of] if tap.of else self.work_date(office, who, tap.tapped, tap.place)
                dates[tap.key] = on
                found[who, on].append(tap)
        return found

    @cached_property
    def fingers(self) -> dict[tuple[str, date], list[Finger]]:
        """Every believed punch once, by person and work date."""
        found: dict[tuple[str, date], list[Finger]] = defaultdict(list)
        seen: set[tuple[str, str, str]] = set()
        for post in self.posts:
            office = self.month.office_of(post.who)
            wall = office.walls[post.who]
            for pin, shown in post.lines:
                if (post.who, pin, shown) in seen:
                    continue
                seen.add((post.who, pin, shown))
                at, on = moment(shown, wall.zone), date.fromisoformat(shown[:10])
                if is_odd(at, post.at):
                    ruling = self.rulings.get((post.who, pin, shown))
                    if ruling is None or ruling.granted is None:
                        continue
                    at, on = ruling.granted, ruling.granted.astimezone(ZoneInfo(wall.zone)).date()
                who = self.owner(office, pin, on)
                if who is None:
                    continue
                place = self.place_of(office, who, post.who, at)
                found[who, self.work_date(office, who, at, place)].append(Finger(at, place, post.who, post.at))
        return found

    def owner(self, office: Office, pin: str, shown_on: date) -> str | None:
        """Who had this id on the date the device showed, while working here."""
        if office.code not in self._pinned:
            self._pinned[office.code] = {one.pin: one for one in office.people.values() if one.pin}
        person = self._pinned[office.code].get(pin)
        if person is None or not person.employed(shown_on):
            return None
        late = self.pins.get(person.no)
        return person.no if late is not None and late.first <= shown_on else None

    def place_of(self, office: Office, who: str, wall: str, at: datetime) -> str:
        """The device's only place, else the one planned for that date, else its first."""
        places = office.walls[wall].places
        planned = self.plans.get((who, at.astimezone(ZoneInfo(office.zone)).date()), ())
        return next((place for place in planned if place in places), places[0])

    def heard(self, wall: str) -> datetime | None:
        """A device that calls all the time has, by now, sent what it had when it was last heard; the first call after
        a gap of more than two minutes proves nothing. None: as far as nobody knows."""
        last: datetime | None = None
        through: datetime | None = None
        for at in self.contacts[wall]:
            if last is not None and at - last < 30 * SECOND:
                continue
            if last is not None and at - last <= 120 * SECOND:
                through = last
            last = at
        return through


def is_odd(at: datetime, came: datetime) -> bool:
    """A time nobody believes before somebody has looked at it."""
    return at.year < 2010 or at > came + timedelta(minutes=10)


def moment(shown: str, zone: str) -> datetime:
    return datetime.fromisoformat(shown).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def midnight(office: Office, on: date) -> datetime:
    return datetime.combine(on + DAY, time(0), ZoneInfo(office.zone)).astimezone(UTC)
