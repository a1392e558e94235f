"""Phones that walked the Beijing tracks, and people who would like to have: facts for the signals, from a seed.

The tracks have no accuracy, so each fix gets one, drawn as phones draw them, and an error that fits it.
"""

from __future__ import annotations

import math
from bisect import insort
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from tests.acceptance.beijing import Place, Tap, Tracks
from webapp.attendance.rules.signals import NEWEST, REMEMBERED, Again, Facts, Phone, Seen

ZONE = timedelta(hours=8)
KEEPS = 0.1
"""So often a phone gives the fix it had a moment ago, its time and all."""
NETWORK = 0.12
"""So often a fix is a rough one of Wi-Fi or cells."""
ACCESS_POINT = 0.01
"""So often it is the place of the one Wi-Fi network the phone knows there, the same for everybody, every time."""
OFFLINE = 0.05
"""So often a tap waits for hours before it is sent."""
CLOCKS = {3: timedelta(minutes=7)}
"""Whose phone's clock is wrong all the time."""


@dataclass(frozen=True)
class World:
    """Every check-in with what the phone said, in order, and which of them begin a stay. Even numbers carry iPhones."""

    seen: list[Seen]
    sites: list[tuple[float, float]]
    stays: frozenset[int]


def honest(tracks: Tracks, taps: Iterable[Tap], dice: Random) -> World:
    people = {name: number for number, name in enumerate(sorted({fix.person for fix in tracks.fixes}), 1)}
    sites = {place.code: (place.lat, place.lng) for place in tracks.places.values()}
    kept: dict[str, Seen] = {}
    found, stays = [], set()
    for number, tap in enumerate(sorted((tap for tap in taps if tap.kind == "in"), key=lambda tap: tap.at), 1):
        person = tap.fix.person
        made = _honest(number, people[person], tap, sites[tap.site], dice, is_iphone=people[person] % 2 == 0)
        last = kept.get(person)
        if last is not None and made.at - last.at < timedelta(seconds=90) and dice.random() < KEEPS:
            made = replace(made, lat=last.lat, lng=last.lng, accuracy_m=last.accuracy_m, fix_at=last.fix_at)
        kept[person] = made
        found.append(made)
        if tap.stay is not None:
            stays.add(number)
    return World(found, list(sites.values()), frozenset(stays))


def weighable(seen: Iterable[Seen], only: Container[int]) -> Iterator[Facts]:
    """The facts of the check-ins in `only` as the database would give them, in the order they come."""
    own: dict[int, list[Seen]] = defaultdict(list)
    spots: dict[object, list[Seen]] = defaultdict(list)
    for one in seen:
        if one.check_in_id in only:
            yield Facts(one, own[one.employee_id][-NEWEST:], _again(spots[one.spot], one), phones_of(one.device_key))
        insort(own[one.employee_id], one, key=lambda other: (other.at, other.check_in_id))
        spots[one.spot].append(one)


def plain(number: int, person: int, tap: Tap, place: Place, accuracy: float) -> Seen:
    """What the tracks alone say, nothing drawn."""
    fix, site = tap.fix, (place.lat, place.lng)
    return Seen(
        number, person, (tap.at + ZONE).date(), tap.at, tap.at, tap.at, fix.lat, fix.lng, accuracy, fix.at, site
    )


def phones_of(key: str | None) -> list[Phone]:
    """Everybody has had one phone for long, and its key says whose it is."""
    owner = int(key.removeprefix("phone-")) if key else 0
    return [Phone(owner, "bound", datetime.fromisoformat("2008-01-01T00:00+00:00"), False)] if key else []


def _again(alike: Iterable[Seen], tap: Seen) -> list[Again]:
    near = [one for one in alike if tap.at - REMEMBERED <= one.at]
    return [Again(one.check_in_id, one.employee_id, one.on, one.at, one.fix_at) for one in near]


def _honest(number: int, person: int, tap: Tap, site: tuple[float, float], dice: Random, *, is_iphone: bool) -> Seen:
    accuracy = _accuracy(dice, is_iphone)
    lat, lng = strayed(tap.fix.lat, tap.fix.lng, accuracy, dice)
    if dice.random() < ACCESS_POINT:
        lat, lng, accuracy = round(site[0] + 2e-4, 7), round(site[1] - 1e-4, 7), 40.0
    waited = timedelta(milliseconds=dice.randint(200, 4000))
    if dice.random() < OFFLINE:
        waited += timedelta(minutes=dice.uniform(3, 300))
    fixed, wrong = tap.at - timedelta(milliseconds=dice.randint(0, 9000)), CLOCKS.get(person, timedelta(0))
    return Seen(
        number, person, (tap.at + ZONE).date(), tap.at, tap.at + wrong, tap.at + waited, lat, lng, accuracy,
        fixed + wrong, site, tap.at + wrong + waited - timedelta(milliseconds=120),
        tap.at - timedelta(seconds=dice.randint(5, 3600)), f"phone-{person}", True,
        altitude=round(dice.gauss(50, 12), 1) if accuracy < 30 and dice.random() < 0.7 else None,
        speed=round(abs(dice.gauss(0, 0.8)), 1) if accuracy < 30 and dice.random() < 0.7 else None,
    )  # fmt: skip


def _accuracy(dice: Random, is_iphone: bool) -> float:
    if is_iphone:
        usual = (5.0, 10.0, 12.0, 16.0, 24.0, 35.0, 65.0, 100.0)
        if dice.random() < 0.5:
            return dice.choices(usual, (20, 22, 10, 9, 7, 14, 14, 4))[0]
        return round(dice.lognormvariate(2.4, 0.5), 6)
    if dice.random() < NETWORK:
        return round(dice.uniform(15, 90), 3)
    return round(max(3.0, dice.lognormvariate(2.5, 0.55)), 3)


def strayed(lat: float, lng: float, accuracy: float, dice: Random) -> tuple[float, float]:
    """A point off by an error that fits the accuracy (68 % within it), now and then three times that."""
    sigma = accuracy / 1.51 * (3 if dice.random() < 0.1 else 1)
    north, east = dice.gauss(0, sigma), dice.gauss(0, sigma)
    return round(lat + north / 111_195, 7), round(lng + east / (111_195 * math.cos(math.radians(lat))), 7)
