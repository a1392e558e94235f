"""Payslip lines in words, for the person paid and for HR."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from webapp.core.errors import WORDS
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import date_text, line_text, money_text, say
from webapp.payroll import queries as payroll
from webapp.payroll.queries import PayslipRow, Reason
from webapp.payroll.rules import BASE
from webapp.wallet import queries as wallet
from webapp.wallet.rules import month_span

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as the table shows it; `difference` None where there is nothing to compare with."""

    n: int
    title: str
    side: str
    amount: int
    difference: int | None


def month_name(month: str) -> str:
    return date_text(month_span(month)[0], "month")


def title(line: Line) -> str:
    if line["code"] == "pay_reward":
        name = f"rule_name_{line['params'].get('kind')}"
        return say(name) if name in WORDS else say("pay_reward_other")
    params = dict(line["params"])
    if "month" in params:
        params["month"] = month_name(params["month"])
    return say(line["code"], **params)


def shown(lines: Sequence[Line], slip: PayslipRow | None = None) -> list[Shown]:
    """Every line; compared with the slip before where there is one."""
    before = slip.previous if slip else None
    seen: set[str] = set()
    found = []
    for n, line in enumerate(lines):
        base = line["code"] in BASE
        again = base and "base" in seen
        seen.update({"base"} if base else ())
        difference = None
        if before is not None and not again:
            now = sum(other["amount"] for other in lines if base and other["code"] in BASE)
            difference = (now if base else line["amount"]) - before.amount(line)
        found.append(Shown(n, title(line), line["side"], line["amount"], difference))
    return found


def change(slip: PayslipRow) -> str | None:
    """One sentence on what is different from the slip before, and what did most of it."""
    if slip.previous is None:
        return None
    difference = slip.net - slip.previous.net
    month = month_name(slip.previous.month)
    if not difference:
        return gettext("The same as in %(month)s.", month=month)
    same_way = [row for row in shown(slip.lines, slip) if row.difference and (row.difference > 0) == (difference > 0)]
    largest = max(same_way, key=lambda row: abs(row.difference or 0), default=None)
    amount = money_text(abs(difference), slip.currency)
    if largest is None:
        more = gettext("%(amount)s more than in %(month)s.", amount=amount, month=month)
        return more if difference > 0 else gettext("%(amount)s less than in %(month)s.", amount=amount, month=month)
    known = {"amount": amount, "month": month, "line": largest.title}
    if difference > 0:
        return gettext("%(amount)s more than in %(month)s, most of it: %(line)s.", **known)
    return gettext("%(amount)s less than in %(month)s, most of it: %(line)s.", **known)


def behind(line: Line, employee_id: int, currency: str, month: str) -> dict[str, Any]:
    """What a line was computed from: entries of the wallet, or withdrawals."""
    source = line["source"] or {}
    if "rule" in source:
        first, last = month_span(month)
        entries = wallet.entries_behind(employee_id, currency, first, last, source["rule"])
        reasons = payroll.reasons(employee_id, [row.id for row in entries])
        return {"entries": entries, "notes": {txn_id: _notes(reason) for txn_id, reason in reasons.items()}}
    if "withdrawals" in source:
        paid = wallet.withdrawals_of(employee_id, 50)
        return {"withdrawals": [row for row in paid if row.state in ("requested", "approved")]}
    return {}


def inputs(slip: PayslipRow) -> list[tuple[str, str]]:
    """What the slip was computed from, as it was recorded then: (name, value)."""
    known = slip.inputs
    found = [(gettext("Joined"), date_text(date.fromisoformat(known["joined_on"]), "long"))]
    if known.get("left_on"):
        found.append((gettext("Last day of work"), date_text(date.fromisoformat(known["left_on"]), "long")))
    for since, amount in known.get("salaries", ()):
        counts = {"amount": money_text(amount, slip.currency), "day": date_text(date.fromisoformat(since), "long")}
        found.append((gettext("Base salary"), gettext("%(amount)s a month, from %(day)s", **counts)))
    found.append((gettext("Working days a week"), str(len(known.get("workdays", ())))))
    sums = {
        "carry_in": gettext("Left from earlier months"),
        "withdrawn": gettext("Withdrawn from the wallet"),
        "carried": gettext("Left for the next month"),
    }
    return found + [(text, money_text(known[name], slip.currency)) for name, text in sums.items() if known.get(name)]


def _notes(reason: Reason) -> list[str]:
    """The lines that gave money; the first one when none did."""
    said = [line_text(code, params) for code, params, amount in reason.lines if amount]
    return said or [line_text(code, params) for code, params, _ in reason.lines[:1]]
