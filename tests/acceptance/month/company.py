"""Two branches drawn from a seed: people, stores, devices, shifts. Imports nothing of the product."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from math import cos, radians
from random import Random

from tests.acceptance.month.world import DAY, Hours, Office, Person, Place, Wall

KINDS = {
    "SH": (Hours("super", "09:00", "18:00", 20), Hours("corner", "08:30", "17:00", 10)),
    "NY": (Hours("super", "09:00", "17:30", 10), Hours("corner", "10:00", "19:00", 0)),
    "BE": (Hours("super", "08:00", "16:30", 15), Hours("corner", "09:00", "17:00", 5, {"minimum": 450})),
}
SHIFTS = (
    Hours("usual", "09:00", "18:00", 5, {"serious": 30, "breaks": [["12:00", "13:00"]]}),
    Hours("early", "06:30", "15:00", 10, {"serious": 45, "break_minutes": 30, "minimum": 470}),
    Hours("late", "13:00", "21:30", 10),
    Hours("night", "22:00", "06:00", 10, {"serious": 20, "breaks": [["01:45", "02:30"]]}),
    Hours("swing", "18:30", "02:30", 15),
    Hours("flex", "08:00", "20:00", 0, {"kind": "flexible", "minimum": 470, "break_minutes": 30, "before": 120}),
    Hours("core", "07:00", "19:00", 5, {"kind": "core", "core": ["10:00", "15:00"], "minimum": 420, "serious": 15,
                                         "breaks": [["12:00", "12:45"]], "after": 150}),
    Hours("split", "10:00", "21:00", 10, {"kind": "split", "breaks": [["14:00", "17:00"]], "serious": 40}),
)  # fmt: skip
ROTAS = ("early", "night", "split", None, "flex", "swing", "core", None, "late", None)
CENTRES = {"SH": (31.23, 121.47), "NY": (40.75, -73.98), "BE": (52.52, 13.40)}
CLOCKS = {
    "SH": ("Asia/Shanghai", "Asia/Tokyo"),
    "NY": ("America/New_York", "America/Chicago"),
    "BE": ("Europe/Berlin", "Europe/Athens"),
}
"""What the devices of a branch show: about every other one has another zone than its branch."""


HABITS = {"SH": (True, 60, 0, ("corner",)), "NY": (False, 600, 1), "BE": (False, 600, 1)}
"""Does a device count alone, seconds of a repeated punch, missing times a month, kinds that want photos: see Office."""
ABROAD = {"NY": ("America/New_York", "US", "USD"), "BE": ("Europe/Berlin", "DE", "EUR")}


def offices(dice: Random, first: date, last: date, people: int, places: int, abroad: str) -> list[Office]:
    """Shanghai, and a smaller branch where clocks are changed: NY or BE."""
    share = max(2, places // 4)
    return [
        _office(dice, "SH", "Asia/Shanghai", "CN", "CNY", first, last, people - people // 3, places - share),
        _office(dice, abroad, *ABROAD[abroad], first, last, people // 3, share),
    ]


def _office(dice, code, zone, country, currency, first, last, people, places) -> Office:
    kinds = {kind.code: kind for kind in KINDS[code]}
    shops = _places(dice, code, places)
    walls = _walls(dice, code, list(shops), first, last)
    crew = {one.no: one for one in (_person(dice, code, n, list(shops), first, last) for n in range(1, people + 1))}
    half = len(shops) // 2 or 1
    bosses = {f"{code}B{n}": (n, tuple(list(shops)[:half] if n == 1 else list(shops)[half:])) for n in (1, 2)}
    shifts = {shift.code: shift for shift in SHIFTS}
    return Office(
        code, zone, country, currency, (1, 2, 3, 4, 5), kinds, shifts, shops, walls, crew, bosses, *HABITS[code]
    )


def _places(dice: Random, code: str, many: int) -> dict[str, Place]:
    lat, lng = CENTRES[code]
    found = {}
    for n in range(1, many + 1):
        north, east = dice.uniform(-6000, 6000), dice.uniform(-6000, 6000)
        kind = "super" if n % 4 else "corner"
        here = round(lat + north / 111_195, 6), round(lng + east / (111_195 * cos(radians(lat))), 6)
        found[f"{code}{n:02}"] = Place(f"{code}{n:02}", kind, *here, dice.choice((120, 150, 200)))
    return found


def _walls(dice: Random, code: str, places: list[str], first: date, last: date) -> dict[str, Wall]:
    """Three of four places have a device; one device serves two places."""
    found = {}
    for n, place in enumerate(places):
        if n % 4 == 3:
            continue
        serves = (place, places[n + 1]) if n % 8 == 2 and n + 1 < len(places) else (place,)
        wall = f"{code}W{n + 1:02}"
        zone = CLOCKS[code][n % 2] if n % 5 else CLOCKS[code][1]
        found[wall] = Wall(wall, serves, zone, dice.randint(-95, 95), n % 3 == 0, _outages(dice, first, last))
    return found


def _outages(dice: Random, first: date, last: date) -> tuple[tuple[datetime, datetime], ...]:
    """Some are away for hours, some for days, one in a while for longer than anybody waits."""
    many = dice.choice((0, 1, 1, 2))
    span = (last - first).days
    found = []
    for _ in range(many):
        begin = datetime.fromisoformat(f"{first + dice.randrange(span) * DAY}T00:00+00:00")
        begin += timedelta(minutes=dice.randrange(1440))
        found.append((begin, begin + timedelta(hours=dice.choice((3, 9, 20, 30, 50, 100)))))
    return tuple(sorted(found))


def _person(dice: Random, code: str, n: int, places: list[str], first: date, last: date) -> Person:
    joined = first + dice.randrange(1, 9) * DAY if n % 17 == 5 else date(2025, 6, 1)
    left = last - dice.randrange(1, 6) * DAY if n % 19 == 7 else None
    rota = ROTAS[n % len(ROTAS)]
    mine = tuple(dice.sample(places, min(2, len(places))))
    pin = None if n % 11 == 10 else str(n + 100)
    off = dice.choice((0, 0, 0, 0, 0, 0, 170, -260))
    return Person(f"{code}{n:03}", 1 + n % 2, joined, left, pin, mine, rota, dice.random() < 0.6, off)
