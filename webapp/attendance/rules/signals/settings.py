"""What each signal weighs in a branch, which are switched off, and from which sum on a person looks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from webapp.core.errors import Invalid

WEIGHTS: Mapping[str, int] = {
    "travel": 50,
    "repeat": 50,
    "copied": 50,
    "colleague": 40,
    "round": 40,
    "centre": 40,
    "accuracy": 15,
    "altitude": 10,
    "speed": 10,
    "fix_age": 20,
    "clock": 20,
    "time": 50,
    "key_unknown": 30,
    "key_shared": 50,
    "key_new": 10,
    "signature": 50,
    "unsigned": 20,
    "photo": 40,
    "code_shared": 10,
}
THRESHOLD, THRESHOLD_MIN, THRESHOLD_MAX = 50, 10, 500
KMH, KMH_MIN, KMH_MAX = 200, 60, 1000
WEIGHT_MAX = 100


@dataclass(frozen=True, slots=True)
class SignalSettings:
    """`off`: signals that are not looked at. `kmh`: faster than this from one check-in to the next is not possible."""

    threshold: int = THRESHOLD
    kmh: int = KMH
    weights: Mapping[str, int] = field(default_factory=lambda: dict(WEIGHTS))
    off: frozenset[str] = frozenset()

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> "SignalSettings":
        """What a branch says, the usual where it says nothing."""
        said = stored or {}
        weights = {code: said.get("weights", {}).get(code, usual) for code, usual in WEIGHTS.items()}
        off = frozenset(said.get("off", ())) & WEIGHTS.keys()
        return cls(said.get("threshold", THRESHOLD), said.get("kmh", KMH), weights, off)

    def stored(self) -> dict[str, Any]:
        return {"threshold": self.threshold, "kmh": self.kmh, "weights": dict(self.weights), "off": sorted(self.off)}

    def flat(self) -> dict[str, Any]:
        """One value per thing that can be changed, for the audit trail."""
        weights = {f"weight_{code}": weight for code, weight in self.weights.items()}
        return {
            "signals_threshold": self.threshold,
            "signals_kmh": self.kmh,
            **weights,
            "signals_off": sorted(self.off),
        }

    def checked(self) -> "SignalSettings":
        """Itself. Raises Invalid with the field."""
        within(self.threshold, THRESHOLD_MIN, THRESHOLD_MAX, "threshold")
        within(self.kmh, KMH_MIN, KMH_MAX, "kmh")
        for code, weight in self.weights.items():
            within(weight, 0, WEIGHT_MAX, f"weight_{code}")
        if unknown := (set(self.weights) ^ WEIGHTS.keys()) | (self.off - WEIGHTS.keys()):
            raise Invalid("not_a_choice", sorted(unknown)[0])
        return self


def within(value: int, least: int, most: int, name: str) -> None:
    if value < least:
        raise Invalid("too_low", name, limit=least)
    if value > most:
        raise Invalid("too_high", name, limit=most)
