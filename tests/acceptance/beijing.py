"""The Beijing tracks as a list of taps, read from the CSV files alone; imports nothing of the product."""

from __future__ import annotations

import csv
import math
import uuid
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

ACCURACY_M = 15.0
_IDS = uuid.UUID("5f3c2a1e-0000-4000-8000-0b5e55ed0b0e")


@dataclass(frozen=True)
class Place:
    code: str
    lat: float
    lng: float
    radius_m: int


@dataclass(frozen=True)
class Fix:
    person: str
    at: datetime
    lat: float
    lng: float


@dataclass(frozen=True)
class Tap:
    """What one person does at one moment. kind: in | out; `stay` numbers the stay it belongs to, if any."""

    kind: str
    at: datetime
    fix: Fix
    site: str
    stay: int | None
    number: int

    @property
    def client_id(self) -> str:
        return str(uuid.uuid5(_IDS, f"{self.kind}-{self.stay}-{self.number}"))


@dataclass(frozen=True)
class Tracks:
    places: dict[str, Place]
    fixes: list[Fix]
    stays: list[tuple[str, str, datetime, datetime]]


def load(folder: Path) -> Tracks:
    places = {
        row["code"]: Place(row["code"], float(row["lat"]), float(row["lng"]), int(row["radius_m"]))
        for row in _rows(folder / "sites.csv")
    }
    fixes = [
        Fix(row["person"], _time(row["fix_time_utc"]), float(row["lat"]), float(row["lng"]))
        for row in _rows(folder / "fixes.csv")
    ]
    stays = [
        (row["person"], row["site"], _time(row["arrived_utc"]), _time(row["left_utc"]))
        for row in _rows(folder / "stays.csv")
    ]
    return Tracks(places, fixes, stays)


def taps(tracks: Tracks, *, every: int) -> list[Tap]:
    """The stays, and every n-th fix as a check-in of its own at its nearest place, in order of time."""
    found = list(_stay_taps(tracks))
    for number, fix in enumerate(tracks.fixes[::every]):
        found.append(Tap("in", fix.at, fix, nearest(tracks, fix), None, number))
    return sorted(found, key=lambda tap: (tap.at, tap.fix.person, tap.stay is None, tap.kind, tap.number))


def nearest(tracks: Tracks, fix: Fix) -> str:
    def away(place: Place) -> float:
        narrow = math.cos(math.radians(fix.lat))
        return math.hypot(place.lat - fix.lat, (place.lng - fix.lng) * narrow)

    close = sorted(tracks.places.values(), key=away)[:3]
    return min(close, key=lambda place: metres(fix.lat, fix.lng, place.lat, place.lng)).code


def metres(lat1: float, lng1: float, lat2: float, lng2: float) -> float:
    """Distance on the WGS-84 ellipsoid: T. Vincenty, Survey Review XXIII/176, 1975, inverse formula."""
    a, f = 6378137.0, 1 / 298.257223563
    b = a * (1 - f)
    u1, u2 = math.atan((1 - f) * math.tan(math.radians(lat1))), math.atan((1 - f) * math.tan(math.radians(lat2)))
    wide = lam = math.radians(lng2 - lng1)
    for _ in range(100):
        sin_s = math.hypot(
            math.cos(u2) * math.sin(lam),
            math.cos(u1) * math.sin(u2) - math.sin(u1) * math.cos(u2) * math.cos(lam),
        )
        if sin_s == 0:
            return 0.0
        cos_s = math.sin(u1) * math.sin(u2) + math.cos(u1) * math.cos(u2) * math.cos(lam)
        s = math.atan2(sin_s, cos_s)
        sin_a = math.cos(u1) * math.cos(u2) * math.sin(lam) / sin_s
        cos2 = 1 - sin_a**2
        mid = cos_s - 2 * math.sin(u1) * math.sin(u2) / cos2 if cos2 else 0.0
        c = f / 16 * cos2 * (4 + f * (4 - 3 * cos2))
        before = lam
        lam = wide + (1 - c) * f * sin_a * (s + c * sin_s * (mid + c * cos_s * (2 * mid**2 - 1)))
        if abs(lam - before) < 1e-12:
            break
    sq = cos2 * (a**2 - b**2) / b**2
    big_a = 1 + sq / 16384 * (4096 + sq * (-768 + sq * (320 - 175 * sq)))
    big_b = sq / 1024 * (256 + sq * (-128 + sq * (74 - 47 * sq)))
    inner = cos_s * (2 * mid**2 - 1) - big_b / 6 * mid * (4 * sin_s**2 - 3) * (4 * mid**2 - 3)
    return b * big_a * (s - big_b * sin_s * (mid + big_b / 4 * inner))


def _stay_taps(tracks: Tracks) -> Iterator[Tap]:
    by_person: dict[str, list[Fix]] = {}
    for fix in sorted(tracks.fixes, key=lambda fix: fix.at):
        by_person.setdefault(fix.person, []).append(fix)
    for number, (person, site, arrived, left) in enumerate(tracks.stays):
        own = by_person[person]
        yield Tap("in", arrived, _closest(own, arrived), site, number, number)
        yield Tap("out", left, _closest(own, left), site, number, number)


def _closest(fixes: list[Fix], at: datetime) -> Fix:
    place = bisect_left(fixes, at, key=lambda fix: fix.at)
    return min(fixes[max(0, place - 1) : place + 1], key=lambda fix: abs(fix.at - at))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
