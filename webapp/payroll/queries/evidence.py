"""Why an entry of the wallet is what it is: the settlement line it was posted for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from webapp.core.db import conn
from webapp.rewards.models import SettlementLine
from webapp.rules.models import Rule, RuleVersion


@dataclass(frozen=True, slots=True)
class Reason:
    """One revision of one slot; `lines` are [code, params, amount]."""

    txn_id: int
    kind: str
    rule_version: int
    in_force_from: date
    work_date: date
    revision: int
    amount: int
    delta: int
    before: int | None
    currency: str
    lines: Sequence[Any]
    inputs: Mapping[str, Any]
    cause: str
    posted_at: datetime


def reasons(employee_id: int, txn_ids: Collection[int]) -> dict[int, Reason]:
    """{transaction id: why}; one statement. Entries that no rule posted are left out."""
    if not txn_ids:
        return {}
    before = aliased(SettlementLine)
    query = (
        select(
            *(getattr(SettlementLine, name) for name in ("txn_id", "work_date", "revision", "amount", "delta")),
            *(getattr(SettlementLine, name) for name in ("currency", "inputs", "cause", "posted_at")),
            SettlementLine.explain.label("lines"),
            Rule.kind,
            RuleVersion.n.label("rule_version"),
            RuleVersion.effective_from.label("in_force_from"),
            before.amount.label("before"),
        )
        .join(Rule, Rule.id == SettlementLine.rule_id)
        .join(RuleVersion, RuleVersion.id == SettlementLine.rule_version_id)
        .outerjoin(
            before,
            and_(
                before.rule_id == SettlementLine.rule_id,
                before.employee_id == SettlementLine.employee_id,
                before.period == SettlementLine.period,
                before.revision == SettlementLine.revision - 1,
            ),
        )
        .where(SettlementLine.employee_id == employee_id, SettlementLine.txn_id.in_(txn_ids))
    )
    return {row["txn_id"]: Reason(**row) for row in conn().execute(query).mappings()}
