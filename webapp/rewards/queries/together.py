"""What many decisions change together: two days of one person share a run, two decisions share a day."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from webapp.attendance.rules import Assume
from webapp.rewards.queries.days import Pair
from webapp.rewards.queries.load import Loaded, load_all
from webapp.rewards.queries.preview import assuming, later_days
from webapp.rules.rules import RuleInForce, Snapshot, evaluate, run_after

Rules = Sequence[RuleInForce]
Step = tuple[date, Snapshot, Snapshot, Rules]
"""A date, the snapshot as it is and as it would be, and the rules whose worth may differ."""


def change_together(items: Mapping[Pair, Assume], *, at: datetime) -> dict[str, int]:
    """{currency: minor units} that all assumptions change at once; a constant number of statements."""
    loaded = load_all(items.keys(), at=at, booking=False, assuming=True)
    totals: dict[str, int] = defaultdict(int)
    for steps in (_steps(loaded, items, at) if loaded.works else {}).values():
        totals[steps[0][1].currency] += _change(steps)
    return dict(totals)


def _steps(loaded: Loaded, items: Mapping[Pair, Assume], at: datetime) -> dict[int, list[Step]]:
    found: dict[int, dict[date, Step]] = defaultdict(dict)
    for pair, work in loaded.works.items():
        now, after = assuming(loaded, pair, None, at), assuming(loaded, pair, items[pair], at)
        found[pair[0]][pair[1]] = (pair[1], now.snapshot, after.snapshot, work.rules)
    for who, days in later_days(loaded).items():
        first = min(found[who])
        for snapshot, rules in days:
            if snapshot.work_date > first and snapshot.work_date not in found[who]:
                streaks = [rule for rule in rules if rule.kind == "streak"]
                found[who][snapshot.work_date] = (snapshot.work_date, snapshot, snapshot, streaks)
    return {who: [steps[on] for on in sorted(steps)] for who, steps in found.items()}


def _change(steps: Sequence[Step]) -> int:
    total, run_now, run_then = 0, steps[0][1].run_before, steps[0][1].run_before
    for _, as_is, as_assumed, rules in steps:
        now, then = replace(as_is, run_before=run_now), replace(as_assumed, run_before=run_then)
        if now != then:
            total += sum(evaluate(rule, then).amount - evaluate(rule, now).amount for rule in rules)
        run_now, run_then = run_after(run_now, now), run_after(run_then, then)
    return total
