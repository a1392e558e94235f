"""What a branch wants of a check-in, and what a verdict of the fence leads to; pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from webapp.core.errors import N_, Invalid, words

CHOICES: dict[str, tuple[str, ...]] = {
    "uncertain": ("review", "accept"),
    "outside": ("exception", "field", "ask"),
    "remark": ("none", "outside", "always"),
    "photo": ("none", "optional", "required"),
    "approval": ("before", "after"),
}
NUMBERS = {"offline_hours": (0, 72), "radius_min": (30, 2000), "radius_max": (30, 2000)}


@dataclass(frozen=True, slots=True)
class FencePolicy:
    """Settings of a branch, with those of a store type in their place where it has its own.

    uncertain: what a position leads to that may lie inside. outside: an exception, field work that counts at once, or
    an exception after the phone asked for it. remark: from which verdict on one is required. approval: whether a
    waiting check-in counts before or only after somebody decided. offline_hours: how late a check-in may arrive
    before a person looks at it. radius_min/max in metres.
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

    def allows(self, radius_m: int) -> bool:
        return self.radius_min <= radius_m <= self.radius_max

    def nearest_radius(self, radius_m: int) -> int:
        return min(max(radius_m, self.radius_min), self.radius_max)


DEFAULT_POLICY = FencePolicy()
_NAMES = frozenset(one.name for one in fields(FencePolicy))
NAMES = tuple(one.name for one in fields(FencePolicy))


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as a form gives them; what is None or "" is left out. Raises Invalid with the field."""
    found: dict[str, Any] = {}
    for name in NAMES:
        value = given.get(name)
        if value is None or value == "":
            continue
        if name in CHOICES and value not in CHOICES[name]:
            raise Invalid("not_a_choice", name)
        if name in NUMBERS:
            low, high = NUMBERS[name]
            if not low <= value <= high:
                raise Invalid("policy_number", name, low=low, high=high)
        found[name] = value
    return found


def check_bounds(policy: FencePolicy) -> FencePolicy:
    """Raises Invalid when the smallest radius is larger than the largest."""
    if policy.radius_min > policy.radius_max:
        raise Invalid("policy_bounds", "radius_max", low=policy.radius_min)
    return policy


def of_branch(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a branch stores: where it differs from the defaults. Raises Invalid."""
    wanted = checked(given)
    check_bounds(FencePolicy.of(wanted))
    return {name: value for name, value in wanted.items() if value != getattr(DEFAULT_POLICY, name)}


def of_store_type(given: Mapping[str, Any], branch: Mapping[str, Any]) -> dict[str, Any]:
    """What a store type stores: what it says itself, the branch's setting or not. Raises Invalid."""
    own = checked(given)
    check_bounds(FencePolicy.of(branch, own))
    return own


def told(stored: Mapping[str, Any], *, inherits: bool = False) -> dict[str, Any]:
    """For the audit: every setting of a branch; of a store type its own ones, else "branch"."""
    values = {name: stored.get(name, "branch") for name in NAMES} if inherits else asdict(FencePolicy.of(stored))
    return {f"fence_{name}": values[name] for name in NAMES}


_AS_BRANCH = N_("As the branch")
words({f"fence_{name}_branch": _AS_BRANCH for name in NAMES})
words(
    {
        "policy_number": N_("Write a number from %(low)s to %(high)s."),
        "policy_bounds": N_("The largest radius cannot be smaller than the smallest, which is %(low)s m."),
        "policy_type_bounds": N_("With this, the bounds of %(name)s no longer fit together. Change them first."),
        "fence_uncertain_review": N_("A person looks at it"),
        "fence_uncertain_accept": N_("It counts at once"),
        "fence_outside_exception": N_("A person looks at it"),
        "fence_outside_field": N_("It counts at once as field work"),
        "fence_outside_ask": N_("The rep is told and may ask; then a person looks at it"),
        "fence_remark_none": N_("Never required"),
        "fence_remark_outside": N_("Required unless surely in range"),
        "fence_remark_always": N_("Always required"),
        "fence_photo_none": N_("No photo"),
        "fence_photo_optional": N_("A photo is possible"),
        "fence_photo_required": N_("A photo is required"),
        "fence_approval_before": N_("It counts once somebody has decided"),
        "fence_approval_after": N_("It counts at once; a rejection takes it back"),
        "field_fence_uncertain": N_("Position uncertain"),
        "field_fence_outside": N_("Out of range"),
        "field_fence_remark": N_("Remark of the rep"),
        "field_fence_photo": N_("Photo"),
        "field_fence_approval": N_("What waits for a person"),
        "field_fence_offline_hours": N_("Hours a check-in may arrive late"),
        "field_fence_radius_min": N_("Smallest radius in metres"),
        "field_fence_radius_max": N_("Largest radius in metres"),
    }
)
