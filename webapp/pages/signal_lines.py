"""Signals as sentences, for HR with the names of those they speak of, for the rep without."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from webapp.core.i18n import date_text, distance_text, say
from webapp.people import queries as people

Told = Mapping[str, Any]
"""One entry of what was stored: code, weight, told, params."""


@dataclass(frozen=True, slots=True)
class Reason:
    """`who`: the colleague it speaks of, or ""."""

    text: str
    weight: int
    who: str = ""


def reasons(signals: Collection[Told]) -> list[Reason]:
    """What speaks against check-ins, with names; one statement."""
    ids = {signal["params"]["who"] for signal in signals if signal["params"].get("who")}
    names = people.names(ids) if ids else {}
    return [
        Reason(sentence(signal), signal["weight"], names.get(signal["params"].get("who"), "")) for signal in signals
    ]


def sentence(signal: Told, family: str = "told") -> str:
    """Nobody is named, nobody is accused."""
    return say(f"{family}_{signal['told']}", **dict(map(_worded, signal["params"].items())))


def favour(signals: Collection[Told]) -> list[str]:
    return [sentence(signal, "favour") for signal in signals]


def _worded(item: tuple[str, Any]) -> tuple[str, Any]:
    name, value = item
    if name.endswith("_m"):
        return name.removesuffix("_m"), distance_text(value)
    return name, date_text(date.fromisoformat(value), "long") if name == "on" else value
