"""Withdrawals as finance decides them, one by one or several at once."""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Literal

from flask import Blueprint, Response, flash, request, url_for
from pydantic import Field

from webapp.core import clock, hx
from webapp.core.authz import Role, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, Invalid, NotFound
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import explain, money_text, ngettext
from webapp.core.money import parse_amount, plain_amount
from webapp.pages.money_words import worded
from webapp.wallet import queries, service
from webapp.wallet.queries import WithdrawalFilters
from webapp.wallet.rules import Terms

bp = Blueprint("hr_withdrawals", __name__, url_prefix="/hr/withdrawals")
DECIDERS = (Role.FINANCE, Role.ADMIN)
STATES = ("requested", "approved", "refused", "cancelled", "all")


class DecideForm(Form):
    decision: Literal["approve", "refuse"]
    reason: str = Field("", max_length=300)
    ids: list[Annotated[int, Field(gt=0, lt=10**9)]] = []


class TermsForm(Form):
    branch_id: int
    minimum: str
    daily_limit: str | None = None
    share: Decimal = Field(ge=0, le=100, decimal_places=2)


@bp.get("")
@allow(*DECIDERS)
def index() -> Response:
    return _list(blank({}))


@bp.post("")
@allow(*DECIDERS)
def decide_many() -> Response:
    """One unit of work per row: what cannot be done says who was faster, the others are done."""
    form = read_form(DecideForm)
    if form.ok and not form.data.ids:
        form.fail(Invalid("withdrawal_none"))
    if form.ok and form.data.decision == "refuse" and not form.data.reason:
        form.fail(Invalid("withdrawal_reason", "reason"))
    if not form.ok:
        return _list(form)
    done = [_decided(row_id, form.data) for row_id in dict.fromkeys(form.data.ids)]
    count = sum(done)
    if count:
        approved = form.data.decision == "approve"
        flash(
            ngettext("%(num)s withdrawal is paid out.", "%(num)s withdrawals are paid out.", count)
            if approved
            else ngettext("%(num)s withdrawal is refused.", "%(num)s withdrawals are refused.", count),
            "ok",
        )
    return hx.redirect(url_for(".index", **_same_view()))


@bp.get("/<int:withdrawal_id>")
@allow(*DECIDERS)
def detail(withdrawal_id: int) -> Response:
    return _detail(withdrawal_id, blank({}))


@bp.post("/<int:withdrawal_id>")
@allow(*DECIDERS)
def decide(withdrawal_id: int) -> Response:
    form = read_form(DecideForm)
    row = queries.withdrawal(me(), withdrawal_id)
    try:
        if form.ok:
            do(_verb(form.data), withdrawal_id=withdrawal_id, **_known(form.data))
            return hx.redirect(url_for(".detail", withdrawal_id=withdrawal_id))
    except NotFound:
        raise
    except DomainError as error:
        form.fail(worded(error, row.currency))
    return _detail(withdrawal_id, form)


@bp.get("/terms")
@allow(*DECIDERS)
def terms() -> Response:
    branch_id, currency = _branch(request.args.get("branch_id", type=int))
    now = queries.terms(branch_id, currency)
    limit = None if now.daily_limit is None else plain_amount(now.daily_limit, currency)
    values = {"minimum": plain_amount(now.minimum, currency), "daily_limit": limit, "share": f"{now.share_bp / 100:g}"}
    return _terms(blank({"branch_id": branch_id, **values}))


@bp.post("/terms")
@allow(*DECIDERS)
def save_terms() -> Response:
    form = read_form(TermsForm)
    try:
        if form.ok:
            branch_id, currency = _branch(form.data.branch_id)
            new = _read_terms(form.data, currency)
            do(service.set_terms, by=me(), branch_id=branch_id, terms=new, at=clock.now())
            flash(gettext("The terms are saved and hold from now on."), "ok")
            return hx.redirect(url_for(".terms", branch_id=branch_id))
    except NotFound:
        raise
    except DomainError as error:
        form.fail(error)
    return _terms(form)


def _same_view() -> dict[str, Any]:
    return {name: request.args[name] for name in ("state", "branch_id", "q", "page") if name in request.args}


def _decided(withdrawal_id: int, data: DecideForm) -> bool:
    try:
        do(_verb(data), withdrawal_id=withdrawal_id, **_known(data))
    except DomainError as error:
        flash(f"W{withdrawal_id:06}: {explain(worded(error, me().branch.currency))}", "att")
        return False
    return True


def _verb(data: DecideForm) -> Callable[..., None]:
    return service.approve_withdrawal if data.decision == "approve" else service.refuse_withdrawal


def _known(data: DecideForm) -> dict[str, Any]:
    reason = {} if data.decision == "approve" else {"reason": data.reason}
    return {"by": me(), "at": clock.now(), **reason}


def _read_terms(data: TermsForm, currency: str) -> Terms:
    minimum = parse_amount(data.minimum, currency, field="minimum")
    if minimum <= 0:
        raise Invalid("too_low", "minimum", limit=money_text(1, currency))
    limit = parse_amount(data.daily_limit, currency, field="daily_limit") if data.daily_limit else None
    return Terms(minimum, limit, int(data.share * 100))


def _branch(branch_id: int | None) -> tuple[int, str]:
    """Id and currency of a branch in reach; the person's own when none is named. Raises NotFound."""
    wanted = branch_id or me().branch_id
    for known, _name, currency in queries.branches_of(me()):
        if known == wanted:
            return known, currency
    raise NotFound("not_found")


def _filters() -> WithdrawalFilters:
    state, args, user = request.args.get("state", "requested"), request.args, me()
    branch_id = args.get("branch_id", type=int)
    return WithdrawalFilters(
        state=state if state in STATES else "requested",
        branch_id=branch_id if branch_id in user.branch_ids else None,
        q=args.get("q", "").strip()[:80],
    )


def _list(form: Bound[Any]) -> Response:
    user, filters = me(), _filters()
    found = queries.withdrawals(user, filters, request.args.get("page", 1, type=int))
    branches = [(branch_id, name) for branch_id, name, _ in queries.branches_of(user)]
    context: dict[str, Any] = {"found": found, "filters": filters, "branches": branches, "states": STATES}
    chosen = blank({"state": filters.state, "branch_id": filters.branch_id, "q": filters.q})
    return hx.respond("hr/withdrawals.html", status=form.status, form=form, chosen=chosen, **context)


def _detail(withdrawal_id: int, form: Bound[Any]) -> Response:
    row = queries.withdrawal(me(), withdrawal_id)
    balances = queries.balances(row.employee_id, row.currency)
    others = [other for other in queries.withdrawals_of(row.employee_id, 10) if other.id != row.id]
    context: dict[str, Any] = {"row": row, "balances": balances, "others": others, "own": row.employee_id == me().id}
    return hx.respond("hr/withdrawal.html", status=form.status, form=form, **context)


def _terms(form: Bound[Any]) -> Response:
    branches = [(branch_id, f"{name} ({currency})") for branch_id, name, currency in queries.branches_of(me())]
    return hx.respond("hr/withdrawal_terms.html", status=form.status, form=form, branches=branches)
