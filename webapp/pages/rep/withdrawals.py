"""Taking money out: the form, the check page, the receipt."""

from typing import Any

from flask import Blueprint, Response, request, url_for
from pydantic import Field

from webapp.core import clock, hx
from webapp.core.authz import Role, allow, me
from webapp.core.db import do
from webapp.core.errors import Conflict, DomainError
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.ids import client_id, new_id
from webapp.core.money import exponent, parse_amount, plain_amount
from webapp.pages.money_words import worded
from webapp.wallet import queries, service
from webapp.wallet.rules import by_share, withdrawable

bp = Blueprint("rep_withdrawals", __name__, url_prefix="/wallet")
QUICK = (100, 500)


class WithdrawForm(Form):
    amount: str = Field(max_length=20)
    client_id: str = Field(max_length=36)


@bp.get("/withdraw")
@allow(Role.REP)
def form() -> Response:
    """Everything is suggested; the quick amounts are links, so they work without a script."""
    given = {"amount": request.args["amount"][:20]} if "amount" in request.args else {}
    return _form(blank({**given, "client_id": request.args.get("id", "")[:36] or new_id()}))


@bp.post("/withdraw")
@allow(Role.REP)
def ask() -> Response:
    """Nothing is held yet: a good form leads to the check page."""
    bound = read_form(WithdrawForm)
    try:
        if bound.ok:
            amount = plain_amount(_checked(bound.data), me().branch.currency)
            return hx.redirect(url_for(".check", amount=amount, id=bound.data.client_id))
    except DomainError as error:
        bound.fail(_worded(error))
    return _form(bound)


@bp.get("/withdraw/check")
@allow(Role.REP)
def check() -> Response:
    """The one step where a person looks at the amount once more."""
    user, args = me(), request.args
    if "amount" not in args:
        return hx.redirect(url_for(".form"))
    bound = blank({"amount": args.get("amount", "")[:20], "client_id": args.get("id", "")[:36]})
    try:
        amount = _checked(WithdrawForm(**bound.values))
    except DomainError as error:
        return _form(bound.fail(_worded(error)))
    waiting = [row for row in queries.own_withdrawals(user) if row.state == "requested"]
    left = queries.balances(user.id, user.branch.currency).available - amount
    context: dict[str, Any] = {"amount": amount, "currency": user.branch.currency, "left": left, "waiting": waiting}
    return hx.respond("rep/withdraw_check.html", form=bound, **context)


@bp.post("/withdraw/confirm")
@allow(Role.REP)
def confirm() -> Response:
    bound = read_form(WithdrawForm)
    if not bound.ok:
        return _form(bound)
    try:
        amount = parse_amount(bound.data.amount, me().branch.currency, field="amount")
        known = {"client_id": bound.data.client_id, "amount": amount, "at": clock.now()}
        made = do(service.request_withdrawal, rep=me(), **known)
    except Conflict:
        raise
    except DomainError as error:
        return _form(bound.fail(_worded(error)))
    return hx.redirect(url_for(".receipt", withdrawal_id=made))


@bp.get("/withdrawals/<int:withdrawal_id>")
@allow(Role.REP)
def receipt(withdrawal_id: int) -> Response:
    return hx.respond("rep/withdraw_receipt.html", row=queries.withdrawal(me(), withdrawal_id))


@bp.post("/withdrawals/<int:withdrawal_id>/cancel")
@allow(Role.REP)
def cancel(withdrawal_id: int) -> Response:
    try:
        do(service.cancel_withdrawal, rep=me(), withdrawal_id=withdrawal_id, at=clock.now())
    except Conflict as error:
        raise _worded(error) from None
    return hx.redirect(url_for(".receipt", withdrawal_id=withdrawal_id))


def _checked(data: WithdrawForm) -> int:
    """The amount in minor units, after every check the request itself will make. Raises Invalid."""
    user = me()
    client_id(data.client_id)
    amount = parse_amount(data.amount, user.branch.currency, field="amount")
    available = queries.balances(user.id, user.branch.currency).available
    service.check_withdrawal(rep=user, amount=amount, available=available, at=clock.now())
    return amount


def _worded(error: DomainError) -> DomainError:
    return worded(error, me().branch.currency)


def _form(bound: Bound[Any]) -> Response:
    user = me()
    currency = user.branch.currency
    balances, terms = queries.balances(user.id, currency), queries.terms(user.branch_id, currency)
    taken, asked = queries.taken(user.id, currency), queries.asked_today(user.id, user.branch.zone, clock.now())
    most = withdrawable(balances.available, taken=taken, asked_today=asked, terms=terms)
    bound.values.setdefault("amount", plain_amount(most, currency))
    quick = [amount * 10 ** exponent(currency) for amount in QUICK]
    choices = [
        (plain_amount(amount, currency), amount) for amount in [*(q for q in quick if terms.minimum <= q < most), most]
    ]
    context: dict[str, Any] = {
        "balances": balances,
        "terms": terms,
        "most": most,
        "by_share": by_share(balances.available, taken=taken, terms=terms),
        "choices": choices,
        "currency": currency,
    }
    return hx.respond("rep/withdraw.html", status=bound.status, form=bound, **context)
