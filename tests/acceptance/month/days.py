"""What really happened, drawn from a seed, as facts. Imports nothing of the product."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import cos, pi, radians, sin
from random import Random
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from tests.acceptance.month.demands import Expected
from tests.acceptance.month.known import Known, is_odd, moment
from tests.acceptance.month.world import (
    Call,
    Fact,
    Month,
    Office,
    Person,
    Photo,
    Place,
    Post,
    Ruling,
    Tap,
    Undo,
    Wall,
)

SPACE = UUID("0d5a3c44-7d0c-4a53-9d39-0000c0ffee00")
MINUTE, SECOND, HOUR = timedelta(minutes=1), timedelta(seconds=1), timedelta(hours=1)
BEAT = 4 * HOUR
Press = tuple[datetime, str, str]
"""(when, the person's id, what the clock shows)"""


@dataclass(frozen=True)
class Fate:
    """How a day goes, in minutes; `phone` and `finger`: which of the two somebody used."""

    away: bool = False
    late: float = 0
    early: float = 0
    phone: bool = True
    finger: bool = True
    leaves_open: bool = False


def key(*about: object) -> str:
    return str(uuid5(SPACE, "|".join(map(str, about))))


def happenings(month: Month, dice: Random, *, odd: bool) -> list[Fact]:
    """Taps, punches and calls of everybody, who live by what they knew of a day when it came.

    `odd`: clocks of devices run ahead now and then, and HR looks at what nobody believes.
    """
    found: list[Fact] = []
    presses: dict[str, list[Press]] = defaultdict(list)
    for office in month.offices:
        for on in month.dates():
            known = Known(month, office.local(on, "05:00"))
            for who, person in office.people.items():
                expected = known.expected(office, who, on, person.places[0])
                if person.employed(on) and _comes(known, office, person, on, expected, dice):
                    _live(office, person, on, expected, known, dice, found, presses)
        for code, wall in office.walls.items():
            said = [_ahead(wall, press, dice) if odd else press for press in presses[code]]
            posts = _posts(code, wall, said, dice)
            found += posts
            found += _rulings(wall, posts, said, month.over, dice) if odd else []
            found += _calls(code, wall, month)
    return found


def _comes(known: Known, office: Office, person: Person, on: date, expected: Expected, dice: Random) -> bool:
    """On working days; now and then on a day off, unless a night shift is near."""
    if expected.works:
        return True
    return person.rota not in ("night", "swing") and dice.random() < 0.05


def _fate(dice: Random) -> Fate:
    draw = dice.random()
    if draw < 0.03:
        return Fate(away=True)
    late = dice.uniform(-25, -1) if dice.random() < 0.72 else dice.choice((4, 9, 10, 11, 14, 16, 21, 33, 59, 61, 95))
    early = dice.choice((1, 7, 40, 130)) if dice.random() < 0.06 else -dice.uniform(0, 25)
    draw = dice.random()
    phone, finger = draw > 0.06, not 0.06 < draw < 0.14
    return Fate(False, late + dice.uniform(0, 0.9), early + dice.uniform(0, 0.9), phone, finger, dice.random() < 0.04)


def _live(office, person, on, expected, known, dice, found, presses) -> None:
    stops = known.plans.get((person.no, on)) or person.places[:1]
    for n, (begin, end) in enumerate(expected.parts):
        fate = _fate(dice) if expected.works else Fate(late=dice.uniform(0, 90), early=dice.uniform(60, 200))
        if fate.away:
            continue
        came, went = begin + fate.late * MINUTE, end - fate.early * MINUTE
        if expected.works and expected.form in ("flexible", "core"):
            came += dice.uniform(0, 200) * MINUTE
            went = min(went, came + (fate.early < 0) * 9 * HOUR + 7 * HOUR * (fate.early >= 0))
        if not expected.works:
            went = min(went, came + 6 * HOUR)
        if fate.phone and (office.alone or dice.random() > 0.12):
            found += _taps(office, person, (on, n), stops, came, went, fate, dice)
        if fate.finger and person.pin:
            for wall, press in _presses(office, person, stops, came, went, dice):
                presses[wall].append(press)


def _taps(office, person, part, stops, begin, end, fate, dice) -> list[Fact]:
    found: list[Fact] = []
    step = (end - begin) / len(stops)
    free = begin
    for n, stop in enumerate(stops):
        came = _whole(begin + n * step + dice.uniform(3, 200) * SECOND)
        gone = _whole(begin + (n + 1) * step - dice.uniform(60, 400) * SECOND)
        gone = gone if dice.random() > 0.04 else came + dice.randint(2, 12) * MINUTE
        last = n == len(stops) - 1
        if n == 0 and dice.random() < 0.03:
            found += _slip(office, person, part, stop, came, dice)
        arrive = _tap(office, person, key(person.no, *part, n, "in"), "in", came, free, stop, dice)
        found.append(arrive)
        free = arrive.at + 5 * SECOND
        if office.wants_photo(stop) and dice.random() < 0.88:
            wait = dice.uniform(1, 30) * MINUTE if dice.random() < 0.8 else dice.uniform(1, 30) * HOUR
            found.append(Photo(_whole(arrive.at + wait, 0), person.no, arrive.key))
        if (last and (fate.leaves_open or dice.random() < 0.05)) or dice.random() < 0.01:
            if dice.random() < 0.4:
                continue
            gone = _whole(end + dice.uniform(4.2, 9) * HOUR)  # remembered at night: the day is over
        outcome = dice.choice(("order", "interested", "not_met", "other"))
        leave = _tap(
            office, person, key(person.no, *part, n, "out"), "out", gone, free, stop, dice, arrive.key, outcome
        )
        found.append(leave)
        free = leave.at + 5 * SECOND
    return found


def _slip(
    office: Office, person: Person, part: tuple[date, int], stop: str, came: datetime, dice: Random
) -> list[Fact]:
    """A tap by mistake, taken back at once."""
    at = came - dice.randint(45, 90) * SECOND
    there = spot(office.places[stop], "", dice)
    slip = Tap(at + 2 * SECOND, person.no, key(person.no, *part, "slip"), "in", at, stop, there)
    return [slip, Undo(at + 15 * SECOND, person.no, slip.key)]


def _tap(office, person, name, kind, tapped, free, stop, dice, of=None, outcome="") -> Tap:
    """Most arrive at once; some wait for a network, with or without a page the server can vouch for."""
    draw = dice.random()
    token = None
    wait = dice.uniform(1, 4) * SECOND
    if draw < 0.05:
        wait = dice.choice((4, 25, 90, 200, 300)) * MINUTE + dice.uniform(0, 50) * SECOND
    at = _whole(max(tapped + wait, free), 0)
    if at - tapped > 2 * MINUTE and (draw < 0.03 or draw > 0.05):
        token = tapped - dice.randint(3, 90) * MINUTE
    doubt = dice.choices(("", "weak", "edge", "far", "none"), (88, 3, 3, 4, 2))[0]
    fix = None if doubt == "none" else spot(office.places[stop], doubt, dice)
    return Tap(at, person.no, name, kind, tapped, stop, fix, token, of, outcome)


def spot(place: Place, doubt: str, dice: Random) -> tuple[float, float, float]:
    away, accuracy = {
        "far": (dice.uniform(400, 1400), dice.uniform(8, 40)),
        "edge": (place.radius_m * dice.uniform(0.85, 0.97), dice.uniform(50, 90)),
        "weak": (dice.uniform(20, 180), dice.uniform(230, 900)),
    }.get(doubt, (dice.uniform(4, place.radius_m * 0.5), dice.uniform(6, 35)))
    way = dice.uniform(0, 2 * pi)
    lat = place.lat + away * cos(way) / 111_195
    lng = place.lng + away * sin(way) / (111_195 * cos(radians(place.lat)))
    return round(lat, 7), round(lng, 7), round(accuracy, 2)


def _presses(office, person, stops, begin, end, dice) -> list[tuple[str, Press]]:
    """A finger on coming and going, some twice, some forgotten, some at lunch; other stores' devices between."""
    walls = [next((code for code, wall in office.walls.items() if stop in wall.places), None) for stop in stops]
    times: list[tuple[str | None, datetime]] = []
    if dice.random() > 0.06:
        times.append((walls[0], begin + dice.uniform(0, 90) * SECOND))
    if dice.random() < 0.3:
        noon = begin + (end - begin) * dice.uniform(0.4, 0.5)
        times += [(walls[0], noon), (walls[0], noon + dice.uniform(20, 50) * MINUTE)]
    if dice.random() > 0.07:
        times.append((walls[-1], end - dice.uniform(0, 50) * SECOND))
    if office.again_s > 60 and dice.random() < 0.08:
        times = [(walls[0], begin + minutes * MINUTE) for minutes in (0, 8, 17)]  # and forgot to go
    if dice.random() < 0.12 and times:
        times += [(times[-1][0], times[-1][1] + dice.randint(5, 55) * SECOND)]
    if dice.random() < 0.04 and times:
        times += [(times[0][0], times[0][1] + dice.randint(2, 13) * MINUTE)]
    return [(wall, _press(office.walls[wall], person, at, dice)) for wall, at in times if wall is not None]


def _press(wall: Wall, person: Person, at: datetime, dice: Random) -> Press:
    """What the device shows: its own zone, its own drift; after a power cut, nothing like the time."""
    shown = _whole(at, 0) + wall.fast_s * SECOND
    text = f"{shown.astimezone(ZoneInfo(wall.zone)):%Y-%m-%d %H:%M:%S}"
    if dice.random() < 0.01:
        text = f"2000-01-01 00:{dice.randrange(60):02}:{dice.randrange(60):02}"
    return at, str(person.pin), text


def _posts(code: str, wall: Wall, presses: list[Press], dice: Random) -> list[Post]:
    """One punch at a time as it happens, or a handful; what an outage held back comes after it, some of it again."""
    batches: dict[datetime, list[Press]] = defaultdict(list)
    for press in sorted(presses):
        at = press[0] + dice.uniform(2, 9) * SECOND if wall.live else _next(press[0], 20 * MINUTE)
        for first, last in wall.out:
            if first <= at < last:
                at = last + 30 * SECOND
        batches[at].append(press)
    found: list[Post] = []
    before: list[Press] = []
    for at, batch in sorted(batches.items()):
        again = before[-3:] if dice.random() < 0.1 else []
        live = wall.live and len(batch) == 1 and not again
        lines = tuple((pin, shown) for _, pin, shown in [*again, *batch])
        found.append(Post(_whole(at, 0), code, lines, live))
        before = batch
    return found


def _ahead(wall: Wall, press: Press, dice: Random) -> Press:
    """A clock that somebody set wrong."""
    at, pin, shown = press
    if dice.random() > 0.01:
        return press
    wrong = at + dice.uniform(3, 60) * HOUR
    return at, pin, f"{wrong.astimezone(ZoneInfo(wall.zone)):%Y-%m-%d %H:%M:%S}"


def _rulings(wall: Wall, posts: list[Post], presses: list[Press], over: datetime, dice: Random) -> list[Fact]:
    """HR looks at most of what nobody believes, a day or three later, and knows by the camera when it was."""
    found: list[Fact] = []
    first = {line: post.at for post in reversed(posts) for line in post.lines}
    for at, pin, shown in presses:
        came = first[pin, shown]
        if is_odd(moment(shown, wall.zone), came) and dice.random() < 0.75:
            ruled = came + dice.randint(20 * 60, 70 * 60) * MINUTE
            granted = _whole(at, 0) if dice.random() < 0.7 else None
            found += [Ruling(ruled, wall.code, pin, shown, granted)] if ruled < over - HOUR else []
    return found


def _calls(code: str, wall: Wall, month: Month) -> list[Fact]:
    """Two calls before every beat, unless it is away."""
    found: list[Fact] = []
    at = datetime.combine(month.first, datetime.min.time(), UTC)
    while at < month.over:
        found += [Call(at - late * SECOND, code) for late in (200, 120) if not wall.is_out(at - late * SECOND)]
        at += BEAT
    return found


def _next(at: datetime, step: timedelta) -> datetime:
    since = datetime(2020, 1, 1, tzinfo=UTC)
    return since + ((at - since) // step + 1) * step + 7 * SECOND


def _whole(at: datetime, digits: int = 3) -> datetime:
    micro = at.microsecond if digits == 6 else at.microsecond // 1000 * 1000 if digits else 0
    return at.replace(microsecond=micro).astimezone(UTC)
