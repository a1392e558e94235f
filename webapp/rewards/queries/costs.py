"""What rules cost, and what was posted on which day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select

from webapp.core.db import conn
from webapp.rewards.models import RepDay, SettlementLine


@dataclass(frozen=True, slots=True)
class RuleCost:
    """People paid and minor units posted."""

    people: int
    amount: int
    currency: str


def rule_costs(rule_ids: Collection[int], since: date) -> dict[int, RuleCost]:
    """{rule_id: RuleCost} of the work dates from `since` on; one statement. Corrections to nothing leave nobody."""
    line = SettlementLine
    person = (
        select(line.rule_id, line.employee_id, line.currency, func.sum(line.delta).label("total"))
        .where(line.rule_id.in_(list(rule_ids)), line.work_date >= since)
        .group_by(line.rule_id, line.employee_id, line.currency)
        .subquery()
    )
    query = select(
        person.c.rule_id,
        func.sum(case((person.c.total > 0, 1), else_=0)).label("people"),
        func.sum(person.c.total).label("amount"),
        person.c.currency,
    ).group_by(person.c.rule_id, person.c.currency)
    return {row.rule_id: RuleCost(int(row.people), int(row.amount), row.currency) for row in conn().execute(query)}


def posted_of(branch_id: int, first: date, last: date) -> dict[date, int]:
    """{work date: minor units posted} of a branch, both ends included."""
    query = (
        select(RepDay.work_date, func.sum(RepDay.posted).label("total"))
        .where(RepDay.branch_id == branch_id, RepDay.work_date.between(first, last))
        .group_by(RepDay.work_date)
    )
    return {row.work_date: int(row.total) for row in conn().execute(query)}
