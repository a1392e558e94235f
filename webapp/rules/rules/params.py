"""The kinds of rules, their parameters and what is allowed in them."""

from collections.abc import Mapping
from typing import Any

from webapp.core.errors import N_, Invalid, words

BASIS_POINTS = 10_000
MAX_BANDS = 3

DEFAULTS: dict[str, dict[str, Any]] = {
    "attendance_allowance": {
        "amount": 0,
        "bands": [[15, 9000], [60, 7000]],
        "beyond_bp": 0,
        "scheduled_only": True,
        "instant": False,
    },
    "full_attendance_target": {"amount": 0, "instant": True},
    "effective_visit": {
        "amount": 0,
        "min_minutes": 10,
        "need_outcome": True,
        "max_per_day": 4,
        "once_per_site": True,
        "instant": False,
    },
    "streak": {"amount": 0, "days": 10, "repeat": True, "instant": False},
}
KINDS = tuple(DEFAULTS)
_LIMITS = {"amount": (0, 10**9), "min_minutes": (0, 1440), "max_per_day": (1, 100), "days": (1, 366)}


def complete_params(kind: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with defaults filled in. Raises Invalid with the field that is wrong."""
    if kind not in DEFAULTS:
        raise Invalid("rule_unknown_kind", "kind", kind=kind)
    known = DEFAULTS[kind]
    if unknown := sorted(set(params) - set(known)):
        raise Invalid("rule_unknown_param", unknown[0], name=unknown[0])
    merged = {**known, **params}
    for name, value in merged.items():
        _check(name, value, known[name])
    if kind == "attendance_allowance":
        _check_bands(merged["bands"], merged["beyond_bp"])
    return merged


def _check(name: str, value: Any, example: Any) -> None:
    if isinstance(example, bool):
        if not isinstance(value, bool):
            raise Invalid("not_valid", name)
    elif isinstance(example, int):
        if not isinstance(value, int) or isinstance(value, bool):
            raise Invalid("not_valid", name)
        low, high = _LIMITS.get(name, (0, BASIS_POINTS))
        if value < low:
            raise Invalid("too_low", name, limit=low)
        if value > high:
            raise Invalid("too_high", name, limit=high)


def _check_bands(bands: Any, beyond: int) -> None:
    """Upper limits rise and shares fall, so that coming later never earns more."""
    if not isinstance(bands, list) or len(bands) > MAX_BANDS:
        raise Invalid("rule_too_many_bands", "bands", limit=MAX_BANDS)
    upper, share = -1, BASIS_POINTS
    for band in bands:
        if not (isinstance(band, list) and len(band) == 2 and all(type(part) is int for part in band)):
            raise Invalid("not_valid", "bands")
        if band[0] <= upper or not 0 <= band[1] <= share:
            raise Invalid("rule_bands_order", "bands")
        upper, share = band
    if beyond > share:
        raise Invalid("rule_bands_order", "beyond_bp")


words(
    {
        "rule_unknown_kind": N_("There is no rule of the kind %(kind)s."),
        "rule_unknown_param": N_("This kind of rule has no setting called %(name)s."),
        "rule_too_many_bands": N_("At most %(limit)s steps."),
        "rule_bands_order": N_("Later arrival may never earn more: minutes must rise and percentages must fall."),
    }
)
