"""All signals of one check-in and their sum. A sum is a reason to look, never a proof and never a punishment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from webapp.attendance.rules.signals import clocks, phone, place
from webapp.attendance.rules.signals.facts import Facts, Signal
from webapp.attendance.rules.signals.settings import SignalSettings

_CHECKS: Mapping[str, Callable[[Facts], Signal | None]] = {
    "repeat": place.repeat,
    "copied": place.copied,
    "colleague": place.colleague,
    "round": place.rounded,
    "centre": place.centre,
    "accuracy": place.accuracy,
    "altitude": place.altitude,
    "speed": place.speed,
    "fix_age": clocks.fix_age,
    "clock": clocks.clock,
    "time": clocks.impossible_time,
    "key_unknown": phone.key_unknown,
    "key_shared": phone.key_shared,
    "key_new": phone.key_new,
    "signature": phone.signature,
    "unsigned": phone.unsigned,
    "photo": phone.photo,
    "code_shared": phone.code_shared,
}
_INSTEAD = {"centre": "round", "colleague": "copied", "key_new": "key_unknown"}
"""The same observation twice counts once: the second says more."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """`against`: what fired, heaviest first. `favour`: what speaks for a check-in that something speaks against."""

    score: int
    against: tuple[Signal, ...]
    favour: tuple[Signal, ...]

    def stored(self) -> list[dict[str, Any]]:
        return [plain(signal) for signal in self.against]


def weigh(facts: Facts, settings: SignalSettings) -> Weighed:
    """The same facts and settings give the same answer, whenever and however often."""
    found = {
        code: signal
        for code in settings.weights
        if code not in settings.off and (signal := _one(code, facts, settings))
    }
    kept = [
        replace(signal, weight=settings.weights[code])
        for code, signal in found.items()
        if _INSTEAD.get(code) not in found and settings.weights[code]
    ]
    kept.sort(key=lambda signal: -signal.weight)
    score = sum(signal.weight for signal in kept)
    return Weighed(score, tuple(kept), _favour(facts, settings) if kept else ())


def plain(signal: Signal) -> dict[str, Any]:
    """For a JSON column."""
    return {
        "code": signal.code,
        "weight": signal.weight,
        "told": signal.told or signal.code,
        "params": dict(signal.params),
    }


def _one(code: str, facts: Facts, settings: SignalSettings) -> Signal | None:
    if code == "travel":
        return place.travel(facts, settings.kmh)
    return _CHECKS[code](facts)


def _favour(facts: Facts, settings: SignalSettings) -> tuple[Signal, ...]:
    said = (
        phone.code_typed(facts),
        place.varies(facts),
        place.way_fits(facts, settings.kmh),
        clocks.fresh(facts),
        phone.own_phone(facts),
    )
    return tuple(signal for signal in said if signal is not None)
