"""What a branch wants of a check-in, and what a verdict of the fence leads to; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class FencePolicy:
    """Settings of a branch, with those of a store type in their place where it has its own.

    offline_hours: how late a check-in may arrive before a person looks at it. radius_min/max in metres.
    """

    uncertain: Literal["review", "accept"] = "review"
    outside: Literal["exception", "field", "ask"] = "exception"
    remark: Literal["none", "outside", "always"] = "none"
    photo: Literal["none", "optional", "required"] = "optional"
    approval: Literal["before", "after"] = "before"
    offline_hours: int = 4
    radius_min: int = 30
    radius_max: int = 2000

    @classmethod
    def of(cls, branch: Mapping[str, Any] | None, store_type: Mapping[str, Any] | None = None) -> "FencePolicy":
        """From what is stored; a setting nobody made is the default, an unknown one is passed over."""
        own = {**(branch or {}), **(store_type or {})}
        return replace(DEFAULT_POLICY, **{name: own[name] for name in _NAMES & own.keys()}) if own else DEFAULT_POLICY


DEFAULT_POLICY = FencePolicy()
_NAMES = frozenset(one.name for one in fields(FencePolicy))
