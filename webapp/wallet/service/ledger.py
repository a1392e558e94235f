"""Writing the ledger: a few statements per call, however many postings.

Lock and read the person's accounts, insert transactions (a known key is skipped), insert their entries,
move the accounts on, seal. The triggers of models.py check every step again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.core.db import conn, is_postgres, together
from webapp.core.errors import Conflict
from webapp.core.ids import fingerprint
from webapp.core.prepared import Prepared
from webapp.wallet import rules
from webapp.wallet.models import Account, Entry, MonthClose, Txn
from webapp.wallet.rules import Leg, Posting


@dataclass
class Book:
    """One person's accounts in one currency, locked until the transaction ends."""

    employee_id: int
    currency: str
    accounts: dict[str, list[int]]
    closed_through: date | None

    def balance(self, kind: str) -> int:
        return self.accounts[kind][1]


@dataclass(frozen=True, slots=True)
class Draft:
    """A transaction to write; `legs` are asked for when it is sure to be new."""

    idem_key: str
    kind: str
    amount: int
    effective_on: date
    legs: Callable[[Book], list[Leg]]
    meta: Any = None
    actor_id: int | None = None
    resolves_id: int | None = None


def post(
    *,
    employee_id: int,
    currency: str,
    postings: Sequence[Posting],
    at: datetime,
    note: Callable[[dict[str, int]], None] = lambda _: None,
) -> dict[str, int]:
    """Book what was earned or corrected; {idem_key: transaction id}, for `note` too, which may write but not read.

    The same key with the same content gives the first transaction again; raises Conflict with other content.
    A day in a month that was paid already is booked in the open month.
    """
    if not postings:
        note({})
        return {}
    book = open_book(employee_id=employee_id, currency=currency)
    return write(book=book, drafts=[_earned(posting, book) for posting in postings], at=at, note=note)


def sweep(
    *, employee_id: int, currency: str, amount: int, effective_on: date, idem_key: str, meta: Any, at: datetime
) -> int:
    """Move `amount` (> 0) from available to what the payslip pays; the transaction's id."""
    book = open_book(employee_id=employee_id, currency=currency)
    draft = Draft(idem_key, "sweep", -amount, effective_on, lambda _: rules.sweep(amount), meta)
    return write(book=book, drafts=[draft], at=at)[idem_key]


def close_person(*, employee_id: int, currency: str, through: date) -> None:
    """From now on nothing is booked for this person on or before `through`.

    Somebody who moved may get an earlier month later, from the branch before; that opens nothing again.
    """
    book = open_book(employee_id=employee_id, currency=currency)
    if book.closed_through is not None and book.closed_through >= through:
        return
    mine = (Account.employee_id == employee_id, Account.currency == currency)
    conn().execute(update(Account).where(*mine).values(closed_through=through))


def close_month(*, branch_id: int, month: str, at: datetime) -> None:
    """From now on rewards for days of this month are booked in the open month; twice changes nothing."""
    query = (postgresql if is_postgres() else sqlite).insert(MonthClose).on_conflict_do_nothing()
    conn().execute(query, {"branch_id": branch_id, "month": month, "closed_at": at})


def open_book(*, employee_id: int, currency: str) -> Book:
    """Lock the person's accounts; they are made when they do not exist yet."""
    who = {"employee_id": employee_id, "currency": currency}
    rows = conn().execute(_LOCKED, who).all()
    if len(rows) < len(rules.KINDS):
        conn().execute(_open_accounts(is_postgres()), [{**who, "kind": kind} for kind in rules.KINDS])
        rows = conn().execute(_LOCKED, who).all()
    accounts = {row.kind: [row.id, row.balance, row.version] for row in rows}
    return Book(employee_id, currency, accounts, rows[0].closed_through)


def write(
    *, book: Book, drafts: Sequence[Draft], at: datetime, note: Callable[[dict[str, int]], None] = lambda _: None
) -> dict[str, int]:
    """Write the drafts whose key is new, in order; {idem_key: transaction id} of all."""
    prints = {draft.idem_key: _fingerprint(draft, book) for draft in drafts}
    new = _insert_txns([_txn_row(draft, book, prints[draft.idem_key], at) for draft in drafts])
    entries, before = [], {kind: account[2] for kind, account in book.accounts.items()}
    for draft in drafts:
        if draft.idem_key in new:
            legs = rules.entry_rows(draft.legs(book), book.accounts)
            entries += [{"txn_id": new[draft.idem_key], **row} for row in legs]
    booked = {**(_known(prints, new) if len(new) < len(prints) else {}), **new}
    with together():
        if new:
            _book(entries, book, before, list(new.values()))
        note(booked)
    return booked


def _insert_txns(rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """{idem_key: id} of those whose key is new."""
    flat = {f"{name}_{n}": value for n, row in enumerate(rows) for name, value in row.items()}
    return {row.idem_key: row.id for row in _txns(is_postgres(), tuple(rows[0]), len(rows)).run(flat)}


def _book(entries: list[dict[str, int]], book: Book, before: dict[str, int], txn_ids: list[int]) -> None:
    _INSERT_ENTRIES.run(entries)
    moved = [account for kind, account in book.accounts.items() if account[2] != before[kind]]
    if is_postgres():
        ids, balances, versions = zip(*moved, strict=True)
        conn().execute(_FINISH, {"a": list(ids), "b": list(balances), "v": list(versions), "ids": txn_ids})
        return
    _MOVE.run([{"a": account[0], "b": account[1], "v": account[2]} for account in moved])
    _SEAL.run([{"txn": txn_id} for txn_id in txn_ids])


def _known(prints: dict[str, str], new: dict[str, int]) -> dict[str, int]:
    missing = [key for key in prints if key not in new]
    known = conn().execute(select(Txn.idem_key, Txn.id, Txn.fingerprint).where(Txn.idem_key.in_(missing))).all()
    for row in known:
        if row.fingerprint != prints[row.idem_key]:
            raise Conflict("posting_changed", key=row.idem_key)
    return {row.idem_key: row.id for row in known}


def _earned(posting: Posting, book: Book) -> Draft:
    if posting.kind not in rules.EARNED or not posting.amount:
        raise ValueError(f"not a posting: {posting}")
    on = posting.effective_on
    if book.closed_through is not None and on <= book.closed_through:
        on = book.closed_through + timedelta(days=1)
    return Draft(
        posting.idem_key,
        posting.kind,
        posting.amount,
        on,
        lambda b: rules.earn(posting.amount, available=b.balance("available"), recovery=b.balance("recovery")),
        dict(posting.meta),
        posting.actor_id,
    )


def _fingerprint(draft: Draft, book: Book) -> str:
    """The day is left out: a month that was closed in between moves it, and it is still the same posting."""
    return fingerprint([book.employee_id, book.currency, draft.kind, draft.amount, draft.meta, draft.resolves_id])


def _txn_row(draft: Draft, book: Book, mark: str, at: datetime) -> dict[str, Any]:
    return {
        "idem_key": draft.idem_key,
        "fingerprint": mark,
        "employee_id": book.employee_id,
        "kind": draft.kind,
        "currency": book.currency,
        "amount": draft.amount,
        "effective_on": draft.effective_on,
        "created_at": at,
        "actor_id": draft.actor_id,
        "meta": draft.meta or {},
        "resolves_id": draft.resolves_id,
        "sealed": False,
    }


_LOCKED = (
    select(Account.id, Account.kind, Account.balance, Account.version, Account.closed_through)
    .where(Account.employee_id == bindparam("employee_id"), Account.currency == bindparam("currency"))
    .order_by(Account.id)
    .with_for_update()
)
_INSERT_ENTRIES = Prepared(insert(Entry).inline())
_MOVE = Prepared(
    update(Account).where(Account.id == bindparam("a")).values(balance=bindparam("b"), version=bindparam("v"))
)
# Both in one round trip.
_FINISH = text(
    "WITH moved AS (UPDATE ledger_account SET balance = m.b, version = m.v"
    " FROM unnest(CAST(:a AS bigint[]), CAST(:b AS bigint[]), CAST(:v AS integer[])) AS m (a, b, v) WHERE id = m.a)"
    " UPDATE ledger_txn SET sealed = TRUE WHERE id = ANY(CAST(:ids AS bigint[]))"
)
_SEAL = Prepared(update(Txn).where(Txn.id == bindparam("txn")).values(sealed=True))


@cache
def _txns(postgres: bool, names: tuple[str, ...], number: int) -> Prepared:
    """So many rows in one statement, so that their ids come back at once."""
    types = {name: Txn.__table__.c[name].type for name in names}
    rows = [{name: bindparam(f"{name}_{n}", type_=types[name]) for name in names} for n in range(number)]
    query = (postgresql if postgres else sqlite).insert(Txn).values(rows)
    return Prepared(query.on_conflict_do_nothing(index_elements=[Txn.idem_key]).returning(Txn.id, Txn.idem_key))


@cache
def _open_accounts(postgres: bool) -> Executable:
    query = (postgresql if postgres else sqlite).insert(Account)
    return query.values(balance=0, version=0).on_conflict_do_nothing()
