"""Corners as people paste them: pairs of degrees in lines or between semicolons, or GeoJSON; pure."""

import json
import re
from collections.abc import Sequence
from math import fabs
from typing import Any

from webapp.core.errors import N_, Invalid, words
from webapp.sites.rules.datum import Point
from webapp.sites.rules.polygon import MOST
from webapp.sites.rules.sites import degrees

LONGEST = 12_000
_PAIR = re.compile(r"^[(\[]?\s*([+-]?[\d.]+)\s*[,，\s]\s*([+-]?[\d.]+)\s*[)\]]?,?$", re.ASCII)
_BETWEEN = re.compile(r"\r?\n|[|;；]")


def read_corners(text: str) -> tuple[Point, ...]:
    """(latitude, longitude) of each corner, as typed; () for nothing. Raises Invalid naming the line."""
    text = text.strip()
    if len(text) > LONGEST:
        raise Invalid("too_long", "polygon", limit=LONGEST)
    if not text:
        return ()
    return (
        _from_json(text) if text[0] in "{[" and not _PAIR.match(_BETWEEN.split(text)[0].strip()) else _from_lines(text)
    )


def write_corners(corners: Sequence[Point]) -> str:
    """As a form shows them: one "lat, lng" per line."""
    return "\n".join(f"{_plain(lat)}, {_plain(lng)}" for lat, lng in corners)


def _plain(value: float) -> str:
    return f"{value:.7f}".rstrip("0").rstrip(".")


def _from_lines(text: str) -> tuple[Point, ...]:
    """Latitude first, unless a first number is over 90: then all of them are the other way round."""
    lines = [(number, line.strip()) for number, line in enumerate(_BETWEEN.split(text), 1) if line.strip()]
    _check_count(len(lines))
    pairs = [(number, _pair(number, line)) for number, line in lines]
    turned = any(fabs(first) > 90 for _, (first, _) in pairs)
    return tuple(_corner(number, pair[::-1] if turned else pair) for number, pair in pairs)


def _pair(number: int, line: str) -> tuple[float, float]:
    found = _PAIR.match(line)
    try:
        if found:
            return float(found[1]), float(found[2])
    except ValueError:
        pass
    raise Invalid("corner_line", "polygon", number=number)


def _from_json(text: str) -> tuple[Point, ...]:
    try:
        ring = _ring(json.loads(text))
        _check_count(len(ring))
        return tuple(_corner(number, (float(at[1]), float(at[0]))) for number, at in enumerate(ring, 1))
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, OverflowError):
        raise Invalid("corner_json", "polygon") from None


def _ring(shape: Any) -> list[Any]:
    """The one ring of a Polygon, of a Feature, or of a collection of one."""
    if shape["type"] == "FeatureCollection":
        [shape] = shape["features"]
    if shape["type"] == "Feature":
        shape = shape["geometry"]
    if shape["type"] != "Polygon":
        raise KeyError(shape["type"])
    [ring] = shape["coordinates"]
    return list(ring)


def _corner(number: int, pair: tuple[float, float]) -> Point:
    try:
        return degrees(pair[0], field="polygon", limit=90), degrees(pair[1], field="polygon", limit=180)
    except Invalid:
        raise Invalid("corner_line", "polygon", number=number) from None


def _check_count(count: int) -> None:
    if count > MOST + 1:
        raise Invalid("outline_corners", "polygon", low=3, high=MOST, count=count)


words(
    {
        "corner_line": N_("Corner %(number)s is not a pair of degrees such as 31.2304, 121.4737."),
        "corner_json": N_("Paste one GeoJSON Polygon with a single ring, or one “lat, lng” pair per line."),
    }
)
