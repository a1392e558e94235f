"""What happened in a wallet, newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import NotFound
from webapp.wallet import rules
from webapp.wallet.models import Txn, Withdrawal

SIZE = 20
SHOWN = {
    "": ("reward", "adjustment", "reserve", "release", "sweep"),
    "in": ("reward", "adjustment"),
    "out": ("reserve", "release"),
    "pay": ("sweep",),
}
"""Filter values and the kinds they show; a payout only ends a hold that is shown already."""


@dataclass(frozen=True, slots=True)
class Filters:
    kind: str = ""
    month: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    id: int
    kind: str
    amount: int
    currency: str
    effective_on: date
    created_at: datetime
    meta: Mapping[str, Any]
    withdrawal_id: int | None
    withdrawal_state: str | None


@dataclass(frozen=True, slots=True)
class Statement:
    rows: Sequence[Row]
    page: int
    pages: int
    total: int
    since: date | None
    """First day anything happened, for the month filter."""


_FIELDS = (Txn.id, Txn.kind, Txn.amount, Txn.currency, Txn.effective_on, Txn.created_at, Txn.meta)
_ROWS = select(*_FIELDS, Withdrawal.id.label("withdrawal_id"), Withdrawal.state.label("withdrawal_state")).outerjoin(
    Withdrawal, or_(Withdrawal.reserve_txn_id == Txn.id, Withdrawal.resolve_txn_id == Txn.id)
)


def statement(user: SignedIn, filters: Filters, page: int = 1) -> Statement:
    """One page of the person's own wallet in the branch's currency. Two statements."""
    mine = [Txn.employee_id == user.id, Txn.currency == user.branch.currency]
    wanted = _wanted(filters)
    counted = select(func.count().filter(*wanted), func.min(Txn.effective_on)).where(*mine)
    total, since = conn().execute(counted).one()
    pages = max(1, -(-total // SIZE))
    page = min(max(1, page), pages)
    query = _newest_first(_ROWS.where(*mine, *wanted)).limit(SIZE).offset((page - 1) * SIZE)
    return Statement([Row(**row) for row in conn().execute(query).mappings()], page, pages, total, since)


def entry(user: SignedIn, txn_id: int) -> Row:
    """One entry of the person's own wallet. Raises NotFound."""
    row = conn().execute(_ROWS.where(Txn.id == txn_id, Txn.employee_id == user.id)).mappings().first()
    if row is None or row["kind"] not in SHOWN[""]:
        raise NotFound("not_found")
    return Row(**row)


def entries_behind(employee_id: int, currency: str, first: date, last: date, rule_id: int | None) -> list[Row]:
    """The rewards and adjustments of one rule (None: of no rule) booked in a span of days, oldest first."""
    by_rule = Txn.meta["rule_id"].as_integer()
    query = _ROWS.where(
        Txn.employee_id == employee_id,
        Txn.currency == currency,
        Txn.kind.in_(rules.EARNED),
        Txn.effective_on.between(first, last),
        by_rule == rule_id if rule_id is not None else by_rule.is_(None),
    ).order_by(Txn.effective_on, Txn.id)
    return [Row(**row) for row in conn().execute(query).mappings()]


def _wanted(filters: Filters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [Txn.kind.in_(SHOWN.get(filters.kind, SHOWN[""]))]
    if filters.month:
        wanted.append(Txn.effective_on.between(*rules.month_span(filters.month)))
    return wanted


def _newest_first(query: Select[Any]) -> Select[Any]:
    return query.order_by(Txn.effective_on.desc(), Txn.id.desc())
