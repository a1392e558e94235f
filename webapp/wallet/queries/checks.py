"""The ledger's invariants I1 to I10, each one statement that finds what breaks it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, case, false, func, or_, select
from sqlalchemy.orm import aliased

from webapp.core import triggers
from webapp.core.db import conn
from webapp.wallet.models import Account, Entry, Txn, Withdrawal
from webapp.wallet.rules import Problem

TABLES = ("ledger_account", "ledger_txn", "ledger_entry", "withdrawal")
LIMIT = 100
_OWNED = ("available", "recovery")


def problems() -> list[Problem]:
    """Everything that is wrong with the ledger; at most a hundred rows per invariant. Empty is good."""
    found = [Problem(code, dict(row._mapping)) for code, query in _CHECKS for row in conn().execute(query.limit(LIMIT))]
    return found + list(_missing_triggers())


def booked_rewards() -> Any:
    """Every reward in the ledger, to be joined by whoever asked for it: id, employee_id, currency, amount, rule_id."""
    rule_id = Txn.meta["rule_id"].as_integer().label("rule_id")
    return select(Txn.id, Txn.employee_id, Txn.currency, Txn.amount, rule_id).where(Txn.kind == "reward").subquery()


def swept() -> dict[tuple[int, str], int]:
    """{(employee_id, currency): what payslips took from the wallet}; people of whom nothing was taken are left out."""
    query = select(Account.employee_id, Account.currency, Account.balance).where(
        Account.kind == "payable", Account.balance != 0
    )
    return {(row.employee_id, row.currency): row.balance for row in conn().execute(query)}


def _unbalanced() -> Select[Any]:
    """I1: a transaction sums to 0, has two entries or more, of one currency and one person, and moves its amount."""
    total, n = func.coalesce(func.sum(Entry.amount), 0), func.count(Entry.id)
    foreign = func.count().filter(or_(Account.currency != Txn.currency, Account.employee_id != Txn.employee_id))
    moved = func.coalesce(func.sum(Entry.amount).filter(Account.kind.in_(_OWNED)), 0)
    return (
        select(Txn.id.label("txn"), total.label("sum"), n.label("entries"), foreign.label("foreign"))
        .add_columns(Txn.amount, moved.label("moved"))
        .outerjoin(Entry, Entry.txn_id == Txn.id)
        .outerjoin(Account, Account.id == Entry.account_id)
        .group_by(Txn.id)
        .having(or_(total != 0, n < 2, foreign > 0, moved != Txn.amount))
    )


def _wrong_balance() -> Select[Any]:
    """I2, I6: an account is what its entries sum to, and has as many versions as entries."""
    total, n = func.coalesce(func.sum(Entry.amount), 0), func.count(Entry.id)
    return (
        select(Account.id.label("account"), Account.balance, total.label("sum"), Account.version, n.label("entries"))
        .outerjoin(Entry, Entry.account_id == Account.id)
        .group_by(Account.id)
        .having(or_(Account.balance != total, Account.version != n))
    )


def _wrong_effect() -> Select[Any]:
    """I2: what the lists show sums to what the person has, and nobody owns and owes at once."""
    owned = func.sum(case((Account.kind.in_(_OWNED), Account.balance), else_=0))
    product = func.min(case((Account.kind == "recovery", Account.balance), else_=0)) * func.max(
        case((Account.kind == "available", Account.balance), else_=0)
    )
    shown = (
        select(func.coalesce(func.sum(Txn.amount), 0))
        .where(Txn.employee_id == Account.employee_id, Txn.currency == Account.currency)
        .scalar_subquery()
    )
    return (
        select(Account.employee_id.label("employee"), Account.currency, owned.label("owned"), shown.label("shown"))
        .group_by(Account.employee_id, Account.currency)
        .having(or_(owned != shown, product != 0))
    )


def _currency_sum() -> Select[Any]:
    """I3: all balances of a currency sum to 0."""
    total = func.sum(Account.balance)
    return select(Account.currency, total.label("sum")).group_by(Account.currency).having(total != 0)


def _below_zero() -> Select[Any]:
    """I4: nobody's wallet is below 0."""
    wrong = or_(
        and_(Account.kind.in_(("available", "reserved")), Account.balance < 0),
        and_(Account.kind == "recovery", Account.balance > 0),
    )
    return select(Account.id.label("account"), Account.kind, Account.balance).where(wrong)


def _broken_chain() -> Select[Any]:
    """I6: versions run 1..n and balance_after is the running sum."""
    over = {"partition_by": Entry.account_id, "order_by": Entry.account_version}
    inner = select(
        Entry.id.label("entry"),
        Entry.account_version.label("version"),
        Entry.balance_after,
        func.row_number().over(**over).label("n"),
        func.sum(Entry.amount).over(**over).label("running"),
    ).subquery()
    return select(inner).where(or_(inner.c.version != inner.c.n, inner.c.balance_after != inner.c.running))


def _wrong_reserve() -> Select[Any]:
    """I7: reserved is the sum of holds that are not resolved, and of withdrawals that are waiting."""
    end = aliased(Txn)
    held = (
        select(func.coalesce(func.sum(-Txn.amount), 0))
        .where(Txn.employee_id == Account.employee_id, Txn.currency == Account.currency, Txn.kind == "reserve")
        .where(~select(end.id).where(end.resolves_id == Txn.id).exists())
        .scalar_subquery()
    )
    asked = (
        select(func.coalesce(func.sum(Withdrawal.amount), 0))
        .where(Withdrawal.employee_id == Account.employee_id, Withdrawal.currency == Account.currency)
        .where(Withdrawal.state == "requested")
        .scalar_subquery()
    )
    return select(Account.id.label("account"), Account.balance, held.label("held"), asked.label("asked")).where(
        Account.kind == "reserved", or_(Account.balance != held, Account.balance != asked)
    )


def _wrong_withdrawal() -> Select[Any]:
    """I7: a hold has its withdrawal, which says of it what happened to it."""
    hold, end = aliased(Txn), aliased(Txn)
    ends = {"payout": ("approved",), "release": ("refused", "cancelled")}
    fits = or_(
        and_(Withdrawal.state == "requested", end.id.is_(None)),
        *(and_(end.kind == kind, Withdrawal.state.in_(states)) for kind, states in ends.items()),
    )
    same = and_(
        hold.amount == -Withdrawal.amount,
        hold.employee_id == Withdrawal.employee_id,
        hold.currency == Withdrawal.currency,
    )
    return (
        select(hold.id.label("hold"), Withdrawal.id.label("withdrawal"), Withdrawal.state, end.kind.label("end"))
        .outerjoin(Withdrawal, Withdrawal.reserve_txn_id == hold.id)
        .outerjoin(end, and_(end.id == Withdrawal.resolve_txn_id, end.resolves_id == hold.id))
        .where(or_(hold.kind == "reserve", Withdrawal.id.is_not(None)))
        .where(or_(hold.kind != "reserve", Withdrawal.id.is_(None), ~same, ~func.coalesce(fits, false())))
    )


def _same_key() -> Select[Any]:
    """I9: one key, one transaction, with a fingerprint."""
    return (
        select(Txn.idem_key, func.count().label("n"))
        .group_by(Txn.idem_key)
        .having(or_(func.count() > 1, func.min(Txn.fingerprint) == ""))
    )


def _wrong_resolution() -> Select[Any]:
    """I10: a hold is resolved at most once, by a payout or release of the same person and currency."""
    hold, end = aliased(Txn), aliased(Txn)
    fits = and_(
        hold.kind == "reserve",
        end.kind.in_(("payout", "release")),
        hold.employee_id == end.employee_id,
        hold.currency == end.currency,
    )
    return (
        select(hold.id.label("hold"), func.count().label("resolutions"))
        .join(end, end.resolves_id == hold.id)
        .group_by(hold.id)
        .having(or_(func.count() > 1, func.count().filter(~fits) > 0))
    )


_CHECKS = (
    ("I1", _unbalanced()),
    ("I2", _wrong_balance()),
    ("I2", _wrong_effect()),
    ("I3", _currency_sum()),
    ("I4", _below_zero()),
    ("I5", select(Txn.id.label("txn")).where(Txn.sealed.is_(False))),
    ("I6", _broken_chain()),
    ("I7", _wrong_reserve()),
    ("I7", _wrong_withdrawal()),
    ("I9", _same_key()),
    ("I10", _wrong_resolution()),
)


def _missing_triggers() -> Iterator[Problem]:
    """I8: the triggers that keep the rows as they are exist and are switched on."""
    there = triggers.present(conn())
    expected = triggers.names(conn().dialect.name, TABLES)
    yield from (Problem("I8", {"trigger": name}) for name in expected if name not in there)
