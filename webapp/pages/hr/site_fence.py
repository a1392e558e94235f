"""What counts at one site, in words, and where each setting is made."""

from dataclasses import dataclass
from typing import Any

from webapp.core.i18n import say
from webapp.sites.queries import SiteFence
from webapp.sites.rules import policy as rules


@dataclass(frozen=True, slots=True)
class Setting:
    """`source`: type | branch | usual."""

    label: str
    value: str
    source: str


def rows_of(fence: SiteFence) -> list[Setting]:
    policy = fence.policy
    return [
        Setting(say(f"field_fence_{name}"), word(name, getattr(policy, name)), fence.source(name))
        for name in rules.NAMES
    ]


def word(name: str, value: Any) -> str:
    """One setting's value."""
    return str(value) if name in rules.NUMBERS else say(f"fence_{name}_{value}")
