"""Reports on a supervisor's phone: how their people and stores did, against the period before."""

from typing import Any

from flask import Blueprint, Response, request

from webapp.core import hx
from webapp.core.authz import Role, allow, me
from webapp.core.i18n import _ as gettext
from webapp.pages.reporting.files import report_file
from webapp.pages.reporting.shape import PAGE, shown, sorted_lines
from webapp.pages.supervisor.report_asked import DAYS, asked
from webapp.pages.supervisor.report_tables import KINDS

bp = Blueprint("supervisor_reports", __name__, url_prefix="/team")
_BY = {code: kind.by for code, kind in KINDS.items()}


@bp.get("/reports")
@allow(Role.SUPERVISOR)
def index() -> Response:
    question = asked(me(), _BY)
    context: dict[str, Any] = {"asked": question, "periods": _periods(), "shows": _shows(), "report": None}
    context["shown"] = shown
    if question.scope:
        kind = KINDS[question.form.data.show]
        report = kind.make(question)
        lines, sort = sorted_lines(report, request.args.get("sort", ""))
        pages = max(1, -(-len(lines) // PAGE))
        page = min(max(1, request.args.get("page", 1, type=int)), pages)
        context |= {"report": report, "sort": sort, "page": page, "pages": pages, "total": len(lines)}
        context |= {"lines": lines[(page - 1) * PAGE : page * PAGE], "told": kind.told(report)}
    return hx.respond("supervisor/reports.html", status=question.form.status, **context)


@bp.get("/reports.<any(csv, xlsx):form>")
@allow(Role.SUPERVISOR)
def export(form: str) -> Response:
    """The table in its order, all pages of it."""
    user = me()
    question = asked(user, _BY)
    if question.scope is None:
        return hx.redirect(f"/team/reports?{request.query_string.decode()}")
    report = KINDS[question.form.data.show].make(question)
    span = f"{question.scope.since}-{question.scope.until}"
    return report_file(report, form, request.args.get("sort", ""), span, user.branch.zone)


def _periods() -> list[tuple[str, str]]:
    return [
        ("month", gettext("This month")),
        ("last", gettext("Last month")),
        ("days", gettext("Last %(days)s days", days=DAYS)),
    ]


def _shows() -> list[tuple[str, str]]:
    return [
        ("attendance", gettext("Attendance")),
        ("lateness", gettext("Lateness")),
        ("confirmation", gettext("Confirmation")),
    ]
