"""The engine: sums lines and joins the wallet, so that nothing is paid twice and nothing is lost."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from webapp.payroll.rules.corrections import corrected, corrections
from webapp.payroll.rules.facts import Line, PeriodFacts, Slip, YearToDate
from webapp.payroll.rules.schemes import PayScheme
from webapp.wallet.rules import month_span


@dataclass(frozen=True, slots=True)
class Join:
    """entitled = swept + counted + carried."""

    swept: int
    counted: int
    carried: int


def join(entitled: int, withdrawn: int, available: int) -> Join:
    """Split what the person is entitled to: paid now, already paid, left over.

    withdrawn: held or paid and not counted on an earlier slip (negative: one that was counted came back).
    What is swept was not withdrawn, and the wallet must hold it; what was withdrawn beyond the entitlement
    waits for the next slip.
    """
    swept = max(0, min(entitled - withdrawn, available))
    counted = withdrawn if withdrawn < 0 else max(0, min(entitled - swept, withdrawn))
    return Join(swept, counted, entitled - swept - counted)


def compute(scheme: PayScheme, facts: PeriodFacts, ytd: YearToDate, locality: str = "") -> Slip:
    """The payslip of one person's month. Raises what the scheme raises."""
    params = scheme.parameters(month_span(facts.month)[1], locality)
    own = scheme.earnings(facts, params)
    late = corrections(scheme, facts, _sum(own), locality)
    earnings = [*own, *late.lines, *_rewards(facts)]
    gross = _sum(earnings)
    contributions = scheme.contributions(gross, facts, ytd, params)
    taxable = gross + _sum(line for line in contributions if line.side == "employee")
    taken = [*contributions, *scheme.tax(taxable, facts, ytd, params)]
    parts = join(facts.earned + facts.carry_in, facts.withdrawn, facts.available)
    lines = [*earnings, *taken, *_joined(facts, parts)]
    slip = Slip(
        lines=tuple(lines),
        gross=gross,
        net=_sum(line for line in lines if line.side != "employer"),
        counted=parts.counted,
        swept=parts.swept,
        carried=parts.carried,
        basis=gross + facts.carry_in,
    )
    return replace(slip, issues=(*scheme.validate(slip, params), *late.issues))


def after(facts: PeriodFacts, slip: Slip) -> dict[str, Any]:
    """What the next month's facts start from once this slip is issued."""
    return {
        "settled_before": facts.settled_before + slip.swept + slip.counted,
        "withdrawn": facts.withdrawn - slip.counted,
        "available": facts.available - slip.swept,
        "earlier": corrected(facts.earlier, facts.month, slip.lines),
    }


def is_empty(slip: Slip) -> bool:
    """Nothing earned, nothing owed, nothing to count: no payslip is needed."""
    return not slip.lines


def refused(problems: Iterable[Mapping[str, Any]]) -> set[int]:
    """People whose slip could not be issued; it waits until somebody goes on with the run."""
    return {problem["employee_id"] for problem in problems if problem.get("step") == "issue"}


def sums(lines: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """What a slip's lines, as they are stored, add up to."""
    known = list(lines)
    return {
        "gross": sum(line["amount"] for line in known if line["side"] == "earning"),
        "advances": -sum(line["amount"] for line in known if line["side"] == "paid"),
        "net": sum(line["amount"] for line in known if line["side"] != "employer"),
    }


def content_hash(content: Mapping[str, Any]) -> str:
    """Seals what was issued: employee, month, lines, net."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _rewards(facts: PeriodFacts) -> list[Line]:
    return [
        Line("pay_reward", "earning", reward.amount, {"kind": reward.kind, "n": reward.n}, {"rule": reward.rule_id})
        for reward in facts.rewards
        if reward.n
    ]


def _joined(facts: PeriodFacts, parts: Join) -> list[Line]:
    lines = [
        Line("pay_carry_in" if facts.carry_in > 0 else "pay_debt_in", "carry", facts.carry_in),
        Line("pay_already_paid", "paid", -parts.counted, source={"withdrawals": True}),
        Line("pay_carried" if parts.carried > 0 else "pay_debt_out", "carry", -parts.carried),
    ]
    return [line for line in lines if line.amount]


def _sum(lines: Iterable[Line]) -> int:
    return sum(line.amount for line in lines)
