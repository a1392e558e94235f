"""The wallet: what can I take, what did I earn, and why."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, request

from webapp.attendance import queries as attendance
from webapp.attendance.rules import DayResult
from webapp.core import clock, hx
from webapp.core.authz import Role, SignedIn, allow, me
from webapp.core.errors import Invalid
from webapp.core.i18n import date_text, line_text, money_text, say
from webapp.pages.rep.asked import asked
from webapp.payroll import queries as payroll
from webapp.payroll.queries import Reason
from webapp.people import queries as people
from webapp.rewards import queries as rewards
from webapp.rewards.rules import Earned
from webapp.visits import queries as visits
from webapp.visits.queries import NamedVisit
from webapp.wallet import queries
from webapp.wallet.queries import Filters, Row
from webapp.wallet.rules import month_of, month_span

bp = Blueprint("rep_wallet", __name__, url_prefix="/wallet")
KINDS = ("", "in", "out", "pay")
MOST_DAYS = 31
MOST_MONTHS = 24


@bp.get("")
@allow(Role.REP)
def index() -> Response:
    user, filters = me(), _filters()
    balances = queries.balances(user.id, user.branch.currency)
    found = queries.statement(user, filters, request.args.get("page", 1, type=int))
    why = payroll.reasons(user.id, [row.id for row in found.rows])
    been = _been(user, why.values())
    context: dict[str, Any] = {
        "balances": balances, "currency": user.branch.currency, "found": found, "filters": filters,
        "days": _by_day(found.rows, why, been), "months": _months(found.since, _today(user)),
    }  # fmt: skip
    return hx.respond("rep/wallet.html", "entries", **context)


@bp.get("/pending")
@allow(Role.REP)
def pending() -> Response:
    """Days not settled yet, and settled ones that still wait for a decision, by settlement's own evaluation."""
    user, today = me(), _today(me())
    branch = people.branch(user.branch_id)
    first = max(today - timedelta(days=MOST_DAYS), branch.settled_from if branch else date.min)
    days = rewards.earned_between(user.id, first, today, at=clock.now()) if first <= today else {}
    waiting = [(on, earned) for on, earned in sorted(days.items(), reverse=True) if _waits(on, earned, today)]
    total = sum(earned.pending for _, earned in waiting)
    context: dict[str, Any] = {
        "days": waiting,
        "total": total,
        "currency": user.branch.currency,
        "line_text": line_text,
    }
    held, through = (branch.on_hold, branch.settled_through) if branch else (False, None)
    comes = any(through is None or on > through for on, _ in waiting)
    settles = branch.settlement_time if branch and comes and not held else None
    return hx.respond("rep/wallet_pending.html", "pending", settles=settles, held=held and comes, **context)


@bp.get("/<int:txn_id>")
@allow(Role.REP)
def why(txn_id: int) -> Response:
    """One entry explained."""
    user = me()
    row = queries.entry(user, txn_id)
    reason = payroll.reasons(user.id, [row.id]).get(row.id)
    been = _been(user, [reason] if reason else [])
    lines = [(line_text(code, params), amount) for code, params, amount in reason.lines] if reason else []
    paid = queries.withdrawal(user, row.withdrawal_id) if row.withdrawal_id else None
    context: dict[str, Any] = {
        "row": row,
        "title": _title(row, reason),
        "reason": reason,
        "lines": lines,
        "withdrawal": paid,
        "attended": _attended(user, reason),
        "requests": asked(user, reason.work_date) if reason else [],
    }
    return hx.respond("rep/wallet_entry.html", visits=_visits(reason, been), **context)


def _attended(user: SignedIn, reason: Reason | None) -> DayResult | None:
    """The day whose shift and first check-in the allowance was computed from."""
    if reason is None or reason.kind != "attendance_allowance":
        return None
    return attendance.days([(user.id, reason.work_date)]).get((user.id, reason.work_date))


def _waits(on: date, earned: Earned, today: date) -> bool:
    """A day with nothing in it yet that is not over waits for its rep, not for a decision."""
    undecided = on < today or any(line.code.endswith(("_undecided", "_unheard")) for line in earned.lines)
    return bool(earned.pending) or (earned.waiting and undecided)


def _filters() -> Filters:
    kind, month = request.args.get("kind", ""), request.args.get("month", "")
    try:
        month_span(month)
    except Invalid:
        month = ""
    return Filters(kind if kind in KINDS else "", month)


def _today(user: SignedIn) -> date:
    return clock.now().astimezone(user.branch.zone).date()


def _months(since: date | None, today: date) -> list[tuple[str, str]]:
    """This month and those before it since the first entry, newest first."""
    found: list[tuple[str, str]] = []
    day = today
    while len(found) < MOST_MONTHS and (not found or (since is not None and month_of(day) >= month_of(since))):
        found.append((month_of(day), date_text(day, "month")))
        day = day.replace(day=1) - timedelta(days=1)
    return found


def _been(user: SignedIn, reasons: Iterable[Reason]) -> dict[int, NamedVisit]:
    """The visits behind some entries."""
    return visits.named(user.id, {visit for reason in reasons for visit in _visit_ids(reason)})


def _by_day(rows: Sequence[Row], why: dict[int, Reason], been: dict[int, NamedVisit]) -> list[dict[str, Any]]:
    return [
        {"on": on, "entries": [_shown(row, why.get(row.id), been) for row in group]}
        for on, group in groupby(rows, lambda row: row.effective_on)
    ]


def _shown(row: Row, reason: Reason | None, been: dict[int, NamedVisit]) -> dict[str, Any]:
    notes = _notes(row, reason, been)
    if reason is not None and reason.work_date != row.effective_on:
        notes.insert(0, date_text(reason.work_date))
    return {"row": row, "title": _title(row, reason), "notes": [note for note in notes if note]}


def _title(row: Row, reason: Reason | None) -> str:
    if reason is not None:
        return say(f"rule_name_{reason.kind}")
    if row.kind == "sweep":
        return say("entry_sweep", month=date_text(month_span(row.meta["month"])[0], "month"))
    return say(f"entry_{row.kind}")


def _notes(row: Row, reason: Reason | None, been: dict[int, NamedVisit]) -> list[str]:
    """The plain reason: a sentence, or a line for each visit that was paid."""
    if reason is None:
        return [str(row.meta.get("memo", ""))]
    if reason.before:
        known = {"before": reason.before, "amount": reason.amount}
        return [say("entry_corrected", **{name: money_text(value, row.currency) for name, value in known.items()})]
    paid = [params for code, params, amount in reason.lines if code == "visit_effective" and amount]
    if paid:
        return [_visit_text(params, been.get(params["visit_id"])) for params in paid]
    return [line_text(code, params) for code, params, _ in reason.lines][:1]


def _visit_text(params: Mapping[str, Any], visit: NamedVisit | None) -> str:
    if visit is None or visit.site is None:
        return line_text("visit_effective", params)
    known = {"site": visit.site, "minutes": params["minutes"]}
    if not visit.outcome:
        return say("visit_paid_plain", **known)
    return say("visit_paid", **known, outcome=say(f"outcome_{visit.outcome}"))


def _visits(reason: Reason | None, been: dict[int, NamedVisit]) -> list[NamedVisit]:
    """Visits the entry was computed from, in their order."""
    return [been[visit] for visit in _visit_ids(reason) if visit in been] if reason else []


def _visit_ids(reason: Reason) -> list[int]:
    return [visit[0] for visit in reason.inputs.get("visits") or [] if isinstance(visit, list) and visit]
