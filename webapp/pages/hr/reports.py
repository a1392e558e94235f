"""Reports: how attendance went over a period, against the one before; every table also as CSV and XLSX."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from webapp.core import hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.charts import Heat
from webapp.core.i18n import _ as gettext
from webapp.pages.reporting import anomalies, confirming, devices, lateness, sources
from webapp.pages.reporting.asked import Asked, asked
from webapp.pages.reporting.files import report_file
from webapp.pages.reporting.overview import overview
from webapp.pages.reporting.shape import PAGE, Report, shown, sorted_lines

bp = Blueprint("hr_reports", __name__, url_prefix="/hr/reports")


@dataclass(frozen=True, slots=True)
class Kind:
    by: tuple[str, ...]
    make: Callable[[Asked], Report]


KINDS = {
    "anomalies": Kind(anomalies.BY, anomalies.anomalies),
    "lateness": Kind(lateness.BY, lateness.lateness),
    "sources": Kind(sources.BY, sources.sources),
    "devices": Kind(devices.BY, devices.devices),
    "confirmation": Kind(confirming.BY, confirming.confirming),
}


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    user = me()
    question = asked(user, ("branch",) if len(user.branch_ids) > 1 else ("team",))
    found = overview(question) if question.scope else None
    return hx.respond("hr/reports.html", status=question.form.status, asked=question, found=found, **_shared())


@bp.get("/<any(anomalies, lateness, sources, devices, confirmation):code>")
@allow(*OFFICE)
def show(code: str) -> Response:
    question, kind = asked(me(), KINDS[code].by), KINDS[code]
    context: dict[str, Any] = {"asked": question, "code": code, "report": None, **_shared()}
    if question.scope:
        report = kind.make(question)
        lines, sort = sorted_lines(report, request.args.get("sort", ""))
        pages = max(1, -(-len(lines) // PAGE))
        page = min(max(1, request.args.get("page", 1, type=int)), pages)
        context |= {"report": report, "sort": sort, "page": page, "pages": pages, "total": len(lines)}
        context["lines"] = lines[(page - 1) * PAGE : page * PAGE]
    return hx.respond("hr/report.html", status=question.form.status, **context)


@bp.get("/<any(anomalies, lateness, sources, devices, confirmation):code>.<any(csv, xlsx):form>")
@allow(*OFFICE)
def export(code: str, form: str) -> Response:
    """All pages of it, in their order. Dates that make no period are the page's to explain."""
    question = asked(me(), KINDS[code].by)
    if question.scope is None:
        return hx.redirect(f"/hr/reports/{code}?{request.query_string.decode()}")
    span = f"{question.scope.since}-{question.scope.until}"
    return report_file(KINDS[code].make(question), form, request.args.get("sort", ""), span, me().branch.zone)


def _shared() -> dict[str, Any]:
    return {"shown": shown, "is_heat": lambda chart: isinstance(chart, Heat), "named": _named()}


def _named() -> list[tuple[str, str]]:
    """Every report with its name, in the order of the overview."""
    return [
        ("anomalies", gettext("Anomalies")),
        ("lateness", gettext("Lateness")),
        ("sources", gettext("Sources")),
        ("devices", gettext("Devices")),
        ("confirmation", gettext("Confirmation")),
    ]
