"""Reward rules: typed templates, evaluated by pure functions."""

from webapp.rules.rules.facts import Line, Outcome, RuleInForce, Snapshot, VisitFact
from webapp.rules.rules.kinds import KINDS, run_after
from webapp.rules.rules.params import DEFAULTS, complete_params
from webapp.rules.rules.wording import sentence

__all__ = [
    "DEFAULTS",
    "KINDS",
    "Line",
    "Outcome",
    "RuleInForce",
    "Snapshot",
    "VisitFact",
    "complete_params",
    "evaluate",
    "is_instant",
    "run_after",
    "sentence",
]


def evaluate(rule: RuleInForce, snapshot: Snapshot) -> Outcome:
    """What one rule is worth on one rep-day. A rule of another store type answers 0 and says nothing."""
    instant = is_instant(rule)
    if rule.store_type_id is not None and rule.store_type_id != snapshot.store_type_id:
        return Outcome(0, instant=instant)
    found = KINDS[rule.kind]({**DEFAULTS[rule.kind], **rule.params}, snapshot)
    return Outcome(found.amount, found.lines, found.pending, instant, found.inputs)


def is_instant(rule: RuleInForce) -> bool:
    """Posted as soon as it is earned instead of with the day."""
    return bool(rule.params.get("instant", DEFAULTS[rule.kind]["instant"]))
