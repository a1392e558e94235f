"""What a person has, and which months are closed."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import func, select

from webapp.core.db import conn
from webapp.wallet import rules
from webapp.wallet.models import Account, MonthClose, Txn
from webapp.wallet.rules import Balances


def balances(employee_id: int, currency: str) -> Balances:
    """All figures of one wallet, from the accounts; they add up (see Balances)."""
    mine = select(Account.kind, Account.balance).where(Account.employee_id == employee_id, Account.currency == currency)
    by_kind: dict[str, int] = {row.kind: row.balance for row in conn().execute(mine)}
    return _figures(by_kind)


def balances_of(employee_ids: Collection[int], currency: str) -> dict[int, Balances]:
    query = select(Account.employee_id, Account.kind, Account.balance).where(
        Account.employee_id.in_(employee_ids), Account.currency == currency
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for row in conn().execute(query):
        found[row.employee_id][row.kind] = row.balance
    return {employee_id: _figures(found.get(employee_id, {})) for employee_id in employee_ids}


def available_of(employee_ids: Collection[int], currency: str) -> dict[int, int]:
    return {employee_id: mine.available for employee_id, mine in balances_of(employee_ids, currency).items()}


def held_and_paid(employee_ids: Collection[int], currency: str) -> dict[int, int]:
    """Withdrawals held or paid out so far, per person."""
    figures = balances_of(employee_ids, currency)
    return {employee_id: mine.reserved + mine.paid for employee_id, mine in figures.items()}


def earned_between(
    employee_ids: Collection[int], currency: str, first: date | None, last: date
) -> Mapping[int, list[tuple[int | None, int, int]]]:
    """Rewards and adjustments by day booked, per person: (rule id or None, how many, their sum) per rule."""
    rule_id = Txn.meta["rule_id"].as_integer()
    query = (
        select(Txn.employee_id, rule_id.label("rule_id"), func.count().label("n"), func.sum(Txn.amount).label("total"))
        .where(
            Txn.employee_id.in_(employee_ids),
            Txn.currency == currency,
            Txn.kind.in_(rules.EARNED),
            Txn.effective_on <= last,
        )
        .group_by(Txn.employee_id, rule_id)
        .order_by(Txn.employee_id, rule_id)
    )
    if first is not None:
        query = query.where(Txn.effective_on >= first)
    found: dict[int, list[tuple[int | None, int, int]]] = defaultdict(list)
    for row in conn().execute(query):
        found[row.employee_id].append((row.rule_id, row.n, int(row.total)))
    return found


def closed_months(branch_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """Months per branch whose pay run is being issued or was: "2026-11"."""
    query = select(MonthClose.branch_id, MonthClose.month).where(MonthClose.branch_id.in_(branch_ids))
    found: dict[int, set[str]] = {branch_id: set() for branch_id in branch_ids}
    for branch_id, month in conn().execute(query):
        found[branch_id].add(month)
    return {branch_id: frozenset(months) for branch_id, months in found.items()}


def _figures(by_kind: Mapping[str, int]) -> Balances:
    return Balances(
        available=by_kind.get("available", 0),
        reserved=by_kind.get("reserved", 0),
        recovery=by_kind.get("recovery", 0),
        earned=-by_kind.get("expense", 0),
        paid=by_kind.get("clearing", 0),
        swept=by_kind.get("payable", 0),
    )
