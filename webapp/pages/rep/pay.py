"""Pay: the estimate of the open month and the issued payslips, line by line."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request

from webapp.core import clock, hx
from webapp.core.authz import EVERYONE, SignedIn, allow, me
from webapp.core.errors import Forbidden, NotFound
from webapp.core.forms import Bound, blank
from webapp.core.i18n import say
from webapp.core.ids import new_id
from webapp.pages.payslip_lines import Line, behind, change, month_name, shown, title
from webapp.payroll import queries
from webapp.payroll.queries import PayslipRow
from webapp.payroll.rules import CATEGORIES, Slip, likely

bp = Blueprint("rep_pay", __name__, url_prefix="/pay")


@bp.get("")
@allow(*EVERYONE)
def index() -> Response:
    user = paid_by_us()
    slips = queries.own(user)
    years = sorted({slip.month[:4] for slip in slips}, reverse=True)
    year = request.args.get("year", "")
    year = year if year in years else (years[0] if years else "")
    context: dict[str, Any] = {
        "slips": [slip for slip in slips if slip.month[:4] == year],
        "years": [(y, y) for y in years],
        "year": year,
    }
    estimates = [(month, slip) for month, slip in _estimates(user) if slip.lines]
    context |= {"estimates": estimates, "currency": user.branch.currency, "month_name": month_name}
    return hx.respond("rep/pay.html", "list", **context)


@bp.get("/estimate")
@allow(*EVERYONE)
def estimate() -> Response:
    user = paid_by_us()
    month, slip = _estimate(user)
    lines = shown([line.plain() for line in slip.lines])
    context: dict[str, Any] = {"month": month, "currency": user.branch.currency, "lines": lines, "slip": slip}
    return hx.respond("rep/pay_estimate.html", month_name=month_name, **context)


@bp.get("/estimate/line")
@allow(*EVERYONE)
def estimate_line() -> Response:
    user = paid_by_us()
    month, slip = _estimate(user)
    back = f"/pay/estimate?month={month}"
    if not slip.lines:
        return hx.redirect(back)
    context = _line([line.plain() for line in slip.lines], _n(), month, user.branch.currency)
    return hx.respond("rep/pay_line.html", back=back, **context)


@bp.get("/<int:slip_id>")
@allow(*EVERYONE)
def slip(slip_id: int) -> Response:
    user = paid_by_us()
    found = queries.own_payslip(user, slip_id)
    context: dict[str, Any] = {
        "slip": found,
        "lines": shown(found.lines, found),
        "change": change(found),
        "asked": queries.asked_of_slip(user, slip_id),
        "month_name": month_name,
    }
    return hx.respond("rep/pay_slip.html", **context)


@bp.get("/<int:slip_id>/line")
@allow(*EVERYONE)
def slip_line(slip_id: int) -> Response:
    found = queries.own_payslip(paid_by_us(), slip_id)
    return show_line(found, _n(), blank())


def show_line(slip: PayslipRow, n: int, form: Bound[Any], about: int | None = None) -> Response:
    """A line of a payslip with what was asked about it. `about`: the question the form goes on with."""
    user, context = me(), _line(slip.lines, n, slip.month, slip.currency)
    kinds = [(kind, say(f"pay_about_{kind}")) for kind in CATEGORIES]
    context |= {"slip": slip, "n": n, "threads": queries.asked_of_line(user, slip.id, n), "form": form, "about": about}
    context |= {"kinds": kinds, "likely": likely(context["line"]["code"]), "new_id": new_id()}
    today = clock.now().astimezone(user.branch.zone).date()
    back = f"/pay/{slip.id}"
    return hx.respond("rep/pay_line.html", status=form.status, back=back, today=today, **context)


def paid_by_us() -> SignedIn:
    """The client's own staff get no pay from us and see no money. Raises Forbidden."""
    if not me().sees_money:
        raise Forbidden("forbidden")
    return me()


def _n() -> int:
    return request.args.get("n", 0, type=int)


def _line(lines: Sequence[Line], n: int, month: str, currency: str) -> dict[str, Any]:
    if not 0 <= n < len(lines):
        raise NotFound("not_found")
    context: dict[str, Any] = {"line": lines[n], "title": title(lines[n]), "month": month, "currency": currency}
    return context | {"month_name": month_name, **behind(lines[n], me().id, currency, month)}


def _estimate(user: SignedIn) -> tuple[str, Slip]:
    found = _estimates(user)
    wanted = request.args.get("month") or (found[-1][0] if found else "")
    for month, slip in found:
        if month == wanted:
            return month, slip
    raise NotFound("not_found")


def _estimates(user: SignedIn) -> list[tuple[str, Slip]]:
    today = clock.now().astimezone(user.branch.zone).date()
    months = queries.open_months(user, today)
    return [(month, slip) for month, _, slip in queries.estimates(user.id, months)]
