"""What a supervisor's report is asked: a period they know by name, and one of their stores or all of them."""

from datetime import date, timedelta
from typing import Literal

from flask import request

from webapp.attendance.queries.reports import Scope
from webapp.core import clock
from webapp.core.authz import SignedIn
from webapp.core.errors import NotFound
from webapp.core.forms import Form, read_form
from webapp.pages.reporting.asked import Asked
from webapp.people import queries as people
from webapp.sites.queries.office import supervised_sites

DAYS = 30


class AskedForm(Form):
    period: Literal["month", "last", "days"] = "month"
    show: Literal["attendance", "lateness", "confirmation"] = "attendance"
    site_id: int | None = None


def asked(user: SignedIn, by: dict[str, str]) -> Asked:
    """`by`: what each report is counted by. Raises NotFound for a store that is not theirs."""
    form = read_form(AskedForm, request.args)
    stores = supervised_sites(user)
    scope = None
    if form.ok:
        data = form.data
        if data.site_id is not None and data.site_id not in {store[0] for store in stores}:
            raise NotFound("not_found")
        since, until = span(data.period, clock.now().astimezone(user.branch.zone).date())
        scope = Scope((user.branch_id,), since, until, by=by[data.show], supervisor=user, site_id=data.site_id)
    return Asked(form, scope, people.branches([user.branch_id]), (), (), narrow=True, stores=stores)


def span(period: str, today: date) -> tuple[date, date]:
    """First and last date. Today is in it, and counts once it is over."""
    first = today.replace(day=1)
    if period == "last":
        last = first - timedelta(days=1)
        return last.replace(day=1), last
    return (first, today) if period == "month" else (today - timedelta(days=DAYS - 1), today)
