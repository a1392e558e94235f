"""What really happened on a rep's day: on time or late, near the store or not, finished or forgotten; pure."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import cos, pi, radians, sin
from random import Random
from uuid import UUID, uuid5

from webapp.demo import places
from webapp.demo.cast import Member, office_of
from webapp.demo.places import Place
from webapp.demo.plan import DAY, Story, pick

DOUBTS = ("far", "edge", "denied", "weak", "sent_late")
FRESH = 3
"""Days before today whose exceptions nobody has decided yet."""
TROUBLED = 7
"""People a day with something to decide on those days."""
STREAK = 7
_SPACE = UUID("6f9a4d5e-0d6c-4f0b-9d8e-5b1f4c7a2e30")
_OUTCOMES = ("order", "order", "interested", "interested", "not_met", "other")
_NOTES = {
    "SH": ("补货 12 箱，堆头已调整", "店长同意下周试吃活动", "竞品在做第二件半价", "陈列合格", "价格牌已更换", ""),
    "SG": ("Restocked the end cap", "Manager agrees to a tasting next week", "Competitor runs 2 for 1", ""),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visit:
    """`doubt` names what is odd about the check-in; `out_at` None: never finished. `undone`: a slip, taken back."""

    client_id: str
    place: Place
    in_at: datetime
    out_at: datetime | None
    outcome: str
    note: str
    next_on: date | None
    doubt: str | None = None
    undone: bool = False
    proposes: bool = False

    @property
    def out_id(self) -> str:
        return str(uuid5(UUID(self.client_id), "out"))


@dataclass(frozen=True, slots=True)
class Act:
    """A rep's working day. `ask`: forgot_out or late, said to HR afterwards. Sales in whole units."""

    member: Member
    on: date
    visits: tuple[Visit, ...]
    absent: bool
    ask: str | None
    ends_at: datetime
    sales: int
    target: int


@dataclass(frozen=True, slots=True)
class _Fate:
    late: int = 0
    early: int = 0
    absent: bool = False
    forgets: bool = False
    doubt: str | None = None
    ask: str | None = None


def act(story: Story, member: Member, on: date) -> Act:
    """The day as it went; call it for working days only."""
    dice = story.dice(member.staff_no, on, "act")
    fate = _fate(story, member, on, dice)
    starts, ends, _ = story.hours(member, on)
    end_at = story.moment(member.office, on + (DAY if ends <= starts else 0 * DAY), ends)
    visits = () if fate.absent else _visits(story, member, on, fate, end_at, dice)
    target = _target(member)
    sold = 0 if fate.absent else round(target * dice.triangular(0.55, 1.55, 1.0))
    return Act(member, on, tuple(visits), fate.absent, fate.ask, end_at, sold, target)


def spot(place: Place, doubt: str | None, dice: Random) -> tuple[float, float, float]:
    """(lat, lng, accuracy in metres) a phone gives there."""
    away, accuracy = {
        "far": (dice.uniform(380, 1400), dice.uniform(12, 40)),
        "edge": (place.radius_m * dice.uniform(0.8, 0.95), dice.uniform(50, 90)),
        "weak": (dice.uniform(30, 200), dice.uniform(230, 900)),
    }.get(doubt or "", (dice.uniform(4, place.radius_m * 0.45), dice.uniform(6, 32)))
    way = dice.uniform(0, 2 * pi)
    lat = place.lat + away * cos(way) / 111_195
    lng = place.lng + away * sin(way) / (111_195 * cos(radians(place.lat)))
    if doubt == "typed":
        return round(lat, 4), round(lng, 4), 5.0
    return round(lat, 6), round(lng, 6), round(accuracy, 1)


def is_fresh(story: Story, on: date) -> bool:
    return story.today - on <= FRESH * DAY


def client_id(*about: object) -> str:
    return str(uuid5(_SPACE, "|".join(map(str, about))))


def _fate(story: Story, member: Member, on: date, dice: Random) -> _Fate:
    """Made so that R001 has a run of good days behind them, and HR something to decide now."""
    _, _, grace = story.hours(member, on)
    if member.staff_no == "R001":
        behind = sum(story.works(member, on + n * DAY) for n in range((story.today - on).days))
        return _Fate(late=grace + 9) if behind in (STREAK + 1, STREAK + 14) else _Fate()
    if on == story.today:
        return _Fate(doubt={"R003": "edge", "R006": "far", "R017": "far"}.get(member.staff_no))
    if is_fresh(story, on):
        return _fresh(story, member, on, grace)
    fate = dice.random()
    clumsy = 0.03 + story.dice(member.staff_no, "manner").random() * 0.12
    if fate < 0.012:
        return _Fate(absent=True)
    if fate < 0.012 + clumsy:
        late = grace + dice.choice((1, 2, 3, 4, 5, 8, 14, 22, 38, 70))
        return _Fate(late=late, ask="late" if dice.random() < 0.3 else None)
    if fate > 0.97:
        return _Fate(forgets=True, ask="forgot_out" if dice.random() < 0.7 else None)
    if fate > 0.955:
        return _Fate(early=dice.randrange(10, 60))
    return _Fate(doubt=dice.choice((*DOUBTS, "typed")) if fate > 0.88 else None)


def _fresh(story: Story, member: Member, on: date, grace: int) -> _Fate:
    others = [one for one in story.working(on) if one.staff_no != "R001"]
    troubled = pick(others, TROUBLED, story.dice(on, "troubled"))
    if member not in troubled:
        return _Fate()
    kinds = (*DOUBTS[:3], "forgot_out", "late", "sent_late", "typed")
    kind = kinds[(troubled.index(member) + on.toordinal()) % len(kinds)]
    if kind == "late":
        return _Fate(late=grace + 12, ask="late")
    return _Fate(forgets=True, ask=kind) if kind == "forgot_out" else _Fate(doubt=kind)


def _visits(story: Story, member: Member, on: date, fate: _Fate, end_at: datetime, dice: Random) -> list[Visit]:
    stops, (starts, _, grace) = story.stops(member, on), story.hours(member, on)
    start_at = story.moment(member.office, on, starts)
    doubtful = 0 if on == story.today else dice.randrange(len(stops))
    found = []
    for n, stop in enumerate(stops):
        planned = story.moment(member.office, on, stop.starts)
        begin = planned if planned >= start_at else planned + DAY
        length = (_minutes_between(stop.starts, stop.ends)) * dice.uniform(0.8, 0.97)
        late = fate.late or dice.uniform(-12, grace * 0.6)
        in_at = begin + timedelta(minutes=late if n == 0 else dice.uniform(-4, 9))
        last = n == len(stops) - 1
        out_at = (
            end_at + timedelta(minutes=dice.uniform(1, 11) - fate.early) if last else begin + timedelta(minutes=length)
        )
        outcome, note = dice.choice(_OUTCOMES), dice.choice(_NOTES[member.office])
        next_on = on + dice.randrange(5, 15) * DAY if outcome == "interested" else None
        out = None if last and fate.forgets else max(out_at, in_at + timedelta(minutes=4))
        key = client_id(story.seed, member.staff_no, on, n)
        found.append(Visit(key, stop.place, in_at, out, outcome, note, next_on, fate.doubt if n == doubtful else None))
    return _extras(story, member, on, found, dice)


def _extras(story: Story, member: Member, on: date, found: list[Visit], dice: Random) -> list[Visit]:
    """Now and then a wrong tap taken back; and each store nobody has placed is visited once."""
    first = found[0]
    if on < story.today and dice.random() < 0.02:
        slip = client_id(story.seed, member.staff_no, on, "slip")
        found.insert(0, replace(first, client_id=slip, in_at=first.in_at - timedelta(minutes=1), undone=True))
    if story.today - on == 2 * DAY and len(found) > 1 and (new := _unplaced(story, member, on)):
        found[-1] = replace(found[-1], place=new, doubt=None, proposes=True)
    return found


def _unplaced(story: Story, member: Member, on: date) -> Place | None:
    """For the first of the people who work in an area that day."""
    area = (member.office, member.area)
    visitors = [one for one in story.working(on) if (one.office, one.area) == area and one.staff_no != "R001"]
    new = [place for place in places.of(*area) if place.code in places.UNPLACED]
    return new[0] if new and visitors[:1] == [member] else None


def _target(member: Member) -> int:
    return office_of(member.office).daily_target * (9 + int(member.staff_no[1:]) % 4) // 10


def _minutes_between(starts: str, ends: str) -> int:
    first, last = (int(text[:2]) * 60 + int(text[3:]) for text in (starts, ends))
    return (last - first) % 1440
