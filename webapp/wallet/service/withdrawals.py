"""Asking for money, and finance's answer. The money is held from the request on."""

from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update

from webapp.core import audit, ids
from webapp.core.authz import SignedIn
from webapp.core.db import conn, db
from webapp.core.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.notifications import service as notices
from webapp.notifications.rules import Told
from webapp.people.models import Branch, Employee
from webapp.wallet import policy, queries, rules
from webapp.wallet.models import Withdrawal, WithdrawalTerms
from webapp.wallet.rules import Terms
from webapp.wallet.service.ledger import Draft, open_book, write


def request_withdrawal(*, rep: SignedIn, client_id: str, amount: int, at: datetime) -> int:
    """Hold `amount` for paying out; the withdrawal's id. The same form sent twice is one withdrawal.

    Raises Invalid with the number that says why not, Conflict when the form was used for another amount.
    """
    client_id = ids.client_id(client_id)
    book = open_book(employee_id=rep.id, currency=rep.branch.currency)
    if (known := _known(rep.id, client_id)) is not None:
        if known.amount != amount:
            raise Conflict("withdrawal_changed")
        return known.id
    check_withdrawal(rep=rep, amount=amount, available=book.balance("available"), at=at)
    key, today = f"withdraw:{rep.id}:{client_id}", at.astimezone(rep.branch.zone).date()
    draft = Draft(key, "reserve", -amount, today, lambda _: rules.hold(amount), actor_id=rep.id)
    txn_id = write(book=book, drafts=[draft], at=at)[key]
    row = {
        "employee_id": rep.id,
        "branch_id": rep.branch_id,
        "client_id": client_id,
        "amount": amount,
        "currency": rep.branch.currency,
        "state": "requested",
        "requested_at": at,
        "reserve_txn_id": txn_id,
    }
    return conn().scalar(insert(Withdrawal).returning(Withdrawal.id), row) or 0


def check_withdrawal(*, rep: SignedIn, amount: int, available: int, at: datetime) -> None:
    """Raises Invalid when this amount cannot be asked for now; for the check page and for the request."""
    asked = queries.asked_today(rep.id, rep.branch.zone, at)
    terms = queries.terms(rep.branch_id, rep.branch.currency)
    taken = queries.taken(rep.id, rep.branch.currency)
    rules.check_request(amount, available=available, taken=taken, asked_today=asked, terms=terms)


def approve_withdrawal(*, by: SignedIn, withdrawal_id: int, at: datetime) -> None:
    """Finance has paid it out. Raises Conflict with who and when if it was decided before."""
    _decide(by, withdrawal_id, "approved", None, at)


def refuse_withdrawal(*, by: SignedIn, withdrawal_id: int, reason: str, at: datetime) -> None:
    """The money goes back to available, once. Raises as approve_withdrawal does."""
    if not reason.strip():
        raise Invalid("withdrawal_reason", "reason")
    _decide(by, withdrawal_id, "refused", reason.strip(), at)


def cancel_withdrawal(*, rep: SignedIn, withdrawal_id: int, at: datetime) -> None:
    """The person takes the request back while it waits; a second time changes nothing."""
    row = _locked(withdrawal_id)
    if row is None or row.employee_id != rep.id:
        raise NotFound("not_found")
    if row.state == "cancelled":
        return
    _still_open(row)
    _resolve(row, "cancelled", rep.id, None, at)


def set_terms(*, by: SignedIn, branch_id: int, terms: Terms, at: datetime) -> None:
    """The branch's terms for withdrawals from now on."""
    if branch_id not in by.branch_ids:
        raise NotFound("not_found")
    if terms.daily_limit is not None and terms.daily_limit < terms.minimum:
        raise Invalid("terms_limit_below_minimum", "daily_limit")
    currency = db.session.get_one(Branch, branch_id).currency
    old = queries.terms(branch_id, currency)
    new = {"minimum": terms.minimum, "daily_limit": terms.daily_limit, "share_bp": terms.share_bp}
    db.session.merge(WithdrawalTerms(branch_id=branch_id, **new))
    before, after = audit.changed({name: getattr(old, name) for name in new}, new)
    if after:
        audit.record(
            actor_id=by.id,
            action="withdrawal_terms.changed",
            object_type="branch",
            object_id=branch_id,
            branch_id=branch_id,
            before=before,
            after=after,
            at=at,
        )


def _decide(by: SignedIn, withdrawal_id: int, state: str, reason: str | None, at: datetime) -> None:
    row = _locked(withdrawal_id)
    if row is None or row.branch_id not in by.branch_ids:
        raise NotFound("not_found")
    if row.employee_id == by.id:
        raise Forbidden("withdrawal_own")
    if not policy.can_decide(by, row):
        raise NotFound("not_found")
    if row.state == state and row.decided_by == by.id:
        return
    _still_open(row)
    _resolve(row, state, by.id, reason, at)
    _tell(row, state, reason or "", at)
    audit.record(
        actor_id=by.id,
        action=f"withdrawal.{state}",
        object_type="withdrawal",
        object_id=row.id,
        branch_id=row.branch_id,
        before={"state": "requested"},
        after={"state": state, "amount": row.amount, "currency": row.currency},
        reason=reason,
        at=at,
    )


def _resolve(row: Withdrawal, state: str, by_id: int, reason: str | None, at: datetime) -> None:
    """The hold ends in one new transaction; the unique resolves_id makes a second one impossible."""
    book = open_book(employee_id=row.employee_id, currency=row.currency)
    on = at.astimezone(_zone(row.branch_id)).date()
    end = partial(Draft, effective_on=on, actor_id=by_id, resolves_id=row.reserve_txn_id)
    if state == "approved":
        draft = end(f"payout:{row.id}", "payout", 0, legs=lambda _: rules.pay_out(row.amount))
    else:
        draft = end(
            f"release:{row.id}",
            "release",
            row.amount,
            legs=lambda b: rules.give_back(row.amount, recovery=b.balance("recovery")),
        )
    txn_id = write(book=book, drafts=[draft], at=at)[draft.idem_key]
    decided = {"decided_by": by_id, "decided_at": at, "reason": reason, "resolve_txn_id": txn_id}
    conn().execute(update(Withdrawal).where(Withdrawal.id == row.id).values(state=state, **decided))


def _tell(row: Withdrawal, state: str, reason: str, at: datetime) -> None:
    params = {"amount_minor": row.amount, "currency": row.currency, "note": reason}
    code = "notice_paid_out" if state == "approved" else "notice_refused"
    told = Told(row.employee_id, code, f"withdrawal|{row.id}", f"/wallet/withdrawals/{row.id}", params)
    notices.tell(told=[told], at=at)


def _locked(withdrawal_id: int) -> Withdrawal | None:
    query = select(Withdrawal).where(Withdrawal.id == withdrawal_id).with_for_update()
    return db.session.scalar(query)


def _still_open(row: Withdrawal) -> None:
    if row.state == "cancelled":
        raise Conflict("withdrawal_cancelled", when=row.decided_at)
    if row.state != "requested":
        name = conn().scalar(select(Employee.name).where(Employee.id == row.decided_by))
        raise Conflict("withdrawal_decided", name=name, when=row.decided_at, state=row.state)


def _known(employee_id: int, client_id: str) -> Withdrawal | None:
    query = select(Withdrawal).where(Withdrawal.employee_id == employee_id, Withdrawal.client_id == client_id)
    return db.session.scalar(query)


def _zone(branch_id: int) -> ZoneInfo:
    return ZoneInfo(conn().scalar(select(Branch.timezone).where(Branch.id == branch_id)) or "UTC")
