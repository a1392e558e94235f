"""What a verdict leads to under the policy of the place: it counts, a person decides, or the phone asks first."""

from dataclasses import dataclass

from webapp.attendance.rules.evidence import Evidence
from webapp.attendance.rules.fence import Judgement
from webapp.core.errors import Invalid
from webapp.sites.rules import FencePolicy


@dataclass(frozen=True, slots=True)
class Outcome:
    """kind: the exception to open, None when nobody has to decide.

    counts: it counts while the exception is open, and a rejection takes it back.
    """

    kind: str | None = None
    counts: bool = False


def outcome_of(judged: Judgement, policy: FencePolicy, evidence: Evidence, problem: str | None) -> Outcome:
    """For an arrival. What is odd about the time of the tap goes first and always waits for a person.

    A required remark that is missing never lets a check-in count by itself. T6: neither does a verdict that could
    not be computed, whatever the policy says. Who asks for a person gets the store's supervisor, who knows when they
    came; an impossible clock stays HR's.
    """
    if evidence.cannot and problem != "clock":
        return Outcome("cannot")
    if problem:
        return Outcome(problem)
    lacking = asks_remark(judged, policy) and not evidence.remark
    if judged.verdict == "inside":
        return Outcome("remark") if lacking else Outcome()
    if not lacking and _is_settled(judged, policy):
        return Outcome()
    counts = policy.approval == "after" and not lacking and judged.reason != "not_judged"
    return Outcome(judged.verdict, counts)


def ask_first(judged: Judgement, policy: FencePolicy, evidence: Evidence, beyond_m: float | None) -> None:
    """Raises Invalid when somebody looks at the phone right now and can give what is missing.

    Whatever comes without anybody looking (later, from a worker, from an older page) is recorded instead.
    """
    if not evidence.live or evidence.cannot:
        return
    if asks_remark(judged, policy) and not evidence.remark:
        raise Invalid("remark_needed", "remark")
    if judged.verdict == "outside" and policy.outside == "ask" and not evidence.asked:
        raise Invalid("ask_needed", "asked", metres=max(1, round(beyond_m or 0)))


def asks_remark(judged: Judgement, policy: FencePolicy) -> bool:
    return policy.remark == "always" or (policy.remark == "outside" and judged.verdict != "inside")


def _is_settled(judged: Judgement, policy: FencePolicy) -> bool:
    """Without a measured position that may lie inside nothing is accepted: leaving it out would be the way in."""
    if judged.verdict == "outside":
        return policy.outside == "field"
    return policy.uncertain == "accept" and judged.possible
