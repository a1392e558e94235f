"""Six ways to pretend, made from the honest check-ins; each gives all check-ins and the ids of the pretended ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random

from tests.acceptance.phones import World
from webapp.attendance.rules.signals import Seen
from webapp.sites.rules import distance_m

Spoofed = tuple[list[Seen], set[int]]
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
MONTH = 30
MOCK_ACCURACY = (1.0, 3.0, 5.0, 10.0, 20.0)
"""What apps that fake a position say, one for all fixes."""


def frozen(world: World, dice: Random) -> Spoofed:
    """For a month, at nine each day, one recorded position of the shop they are planned at most."""
    found = []
    for stays in _by_person(world).values():
        main = Counter(one.site for one in stays).most_common(1)[0][0]
        first = next(one for one in stays if one.site == main)
        found += [_moved(replace(first, accuracy_m=round(dice.uniform(8, 30), 1)), n * DAY) for n in range(MONTH)]
    return _numbered(found)


def teleport(world: World, dice: Random) -> Spoofed:
    """A colleague checks in for them within three minutes, at a site twelve kilometres away or more."""
    found, spoofs = list(world.seen), set()
    for one in _stays(world):
        far = [site for site in world.sites if distance_m((one.lat, one.lng), site) > 12_000]
        number = len(found) + 1
        there = _shifted(dice.choice(far), dice)
        moved = _moved(one, timedelta(seconds=dice.uniform(40, 180)))
        found.append(replace(moved, check_in_id=number, lat=there[0], lng=there[1]))
        spoofs.add(number)
    return sorted(found, key=lambda seen: (seen.at, seen.check_in_id)), spoofs


def site_centre(world: World, dice: Random) -> Spoofed:
    """For a month every visit from an app that is set to the site's own coordinates."""
    found = []
    for stays in _by_person(world).values():
        accuracy = dice.choice(MOCK_ACCURACY)
        span = (stays[-1].on - stays[0].on) + DAY
        for round_ in range(-(-MONTH // span.days)):
            for one in stays:
                there = replace(one, lat=one.site[0], lng=one.site[1], accuracy_m=accuracy)
                found.append(_moved(there, round_ * span))
    return _numbered(found)


def borrowed(world: World, dice: Random) -> Spoofed:
    """Signed in on a colleague's phone, who is at the site."""
    people = sorted({one.employee_id for one in world.seen})

    def on_another(one: Seen) -> Seen:
        other = dice.choice([person for person in people if person != one.employee_id])
        return replace(one, device_key=f"phone-{other}")

    return _each(world, on_another)


def replayed(world: World, dice: Random) -> Spoofed:
    """A recorded answer of the phone sent again: their own of an earlier day, or what a colleague sent before.

    Every second stay is pretended with an honest one.
    """
    stays = _stays(world)
    honest, rest = stays[::2], stays[1::2]
    seen, spoofs = {one.check_in_id: one for one in world.seen}, set()
    for one in rest:
        own = [old for old in honest if old.employee_id == one.employee_id and old.on < one.on]
        others = [old for old in honest if old.employee_id != one.employee_id and old.at < one.at]
        if choice := own if own and (dice.random() < 0.5 or not others) else others:
            old = dice.choice(choice)
            fix = {"lat": old.lat, "lng": old.lng, "accuracy_m": old.accuracy_m, "fix_at": old.fix_at}
            seen[one.check_in_id] = replace(one, altitude=None, speed=None, **fix)
            spoofs.add(one.check_in_id)
    return list(seen.values()), spoofs


def shifted_clock(world: World, dice: Random) -> Spoofed:
    """Late, they turn the phone's clock back for the tap and put it right before it is sent.

    The page was loaded shortly before. The fix has the phone's time or, as from satellites, the true one.
    """

    def back(one: Seen) -> Seen:
        error = timedelta(minutes=dice.uniform(15, 180))
        token = one.at - timedelta(minutes=dice.uniform(0, 10))
        fix_at = one.fix_at - error if dice.random() < 0.5 else one.fix_at  # type: ignore[operator]
        return replace(one, tapped_at=one.tapped_at - error, at=one.at - error, fix_at=fix_at, token_at=token)

    return _each(world, back)


SPOOFS: Mapping[str, Callable[[World, Random], Spoofed]] = {
    "frozen coordinate": frozen,
    "teleport": teleport,
    "site centre": site_centre,
    "borrowed phone": borrowed,
    "replayed fix": replayed,
    "shifted clock": shifted_clock,
}


def _each(world: World, change: Callable[[Seen], Seen]) -> Spoofed:
    """Every stay pretended in turn, the rest as it was."""
    return [change(one) if one.check_in_id in world.stays else one for one in world.seen], set(world.stays)


def _stays(world: World) -> list[Seen]:
    return [one for one in world.seen if one.check_in_id in world.stays]


def _by_person(world: World) -> dict[int, list[Seen]]:
    found: dict[int, list[Seen]] = defaultdict(list)
    for one in _stays(world):
        found[one.employee_id].append(one)
    return found


def _moved(one: Seen, by: timedelta) -> Seen:
    """The same at another time."""
    moments = {
        name: getattr(one, name) + by for name in ("at", "tapped_at", "received_at", "fix_at", "sent_at", "token_at")
    }
    return replace(one, on=one.on + timedelta(days=by.days), **moments)


def _shifted(site: tuple[float, float], dice: Random) -> tuple[float, float]:
    return round(site[0] + dice.gauss(0, 1e-4), 7), round(site[1] + dice.gauss(0, 1e-4), 7)


def _numbered(found: list[Seen]) -> Spoofed:
    in_order = sorted(found, key=lambda one: (one.at, one.check_in_id))
    return [replace(one, check_in_id=n) for n, one in enumerate(in_order, 1)], set(range(1, len(found) + 1))
