"""What the bench says: one row per bar, as a Markdown table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """`good` is None where nothing could be measured, with the reason in `measured`."""

    what: str
    bar: str
    measured: str
    good: bool | None


def at_least(what: str, value: float, bar: float, note: str = "") -> Row:
    return Row(what, f"≥ {bar:g}", _measured(value, note), value >= bar)


def at_most(what: str, value: float, bar: float, unit: str = "", note: str = "") -> Row:
    return Row(what, f"≤ {bar:g}{unit}", _measured(value, note, unit), value <= bar)


def markdown(rows: Sequence[Row]) -> str:
    verdicts = {True: "pass", False: "**FAIL**", None: "not measured"}
    lines = [f"| {row.what} | {row.bar} | {row.measured} | {verdicts[row.good]} |" for row in rows]
    return "\n".join(["| what | bar | measured | |", "|---|---|---|---|", *lines])


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest rank; `share` from 0 to 1."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _measured(value: float, note: str, unit: str = "") -> str:
    return f"{value:.3g}{unit}" + (f" ({note})" if note else "")
