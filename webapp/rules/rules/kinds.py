"""What each kind of rule pays for one rep-day. Pure: the same snapshot always earns the same."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from webapp.core.money import share
from webapp.rules.rules.facts import Line, Outcome, Snapshot, VisitFact
from webapp.rules.rules.params import BASIS_POINTS

Params = Mapping[str, Any]
GOOD = frozenset({"normal", "field_work"})
_EXCUSABLE = frozenset({"late", "serious_late", "early_leave"})
_OFF = {"leave": "on_leave", "rest": "not_scheduled"}


def attendance_allowance(p: Params, s: Snapshot) -> Outcome:
    """A share of the amount by minutes late from the start of the shift; bands are upper-inclusive."""
    inputs = {"status": s.status, "first_in": s.first_in, "late": s.minutes_late, "excused": s.excused}
    if s.status == "absent":
        return _allowance(p, s, inputs) if s.excused else _none("allowance_absent", inputs)
    # what came is known, and a device can only make it earlier
    if s.undecided and not (s.status == "unheard" and s.first_in and s.complete):
        return _wait("allowance_unheard" if s.status == "unheard" else "allowance_undecided", inputs)
    if s.status == "missing_in":
        return _none("allowance_missing_in", inputs)
    if s.status in _OFF or (p["scheduled_only"] and not s.scheduled):
        return _none("allowance_" + _OFF.get(s.status, "not_scheduled"), inputs)
    if not s.present and s.status != "unheard":
        return _wait("allowance_no_check_in", inputs)
    if s.parted and s.scheduled and not s.complete:
        return _wait("allowance_second_part", inputs)
    return _allowance(p, s, inputs)


def full_attendance_target(p: Params, s: Snapshot) -> Outcome:
    """The whole scheduled day attended on time and the sales target met."""
    inputs = {"status": s.status, "sales": s.sales, "target": s.target, "late": s.late, "early": s.early}
    if reason := _not_fully_there(s):
        return _none(reason, inputs)
    if not s.target:
        return _none("target_not_set", inputs)
    figures = {"sales_minor": s.sales or 0, "target_minor": s.target, "currency": s.currency}
    if s.undecided or not s.complete or not (s.present or s.excused):
        return _wait("target_waiting", inputs)
    if s.sales is None or s.sales < s.target:
        return Outcome(0, (Line("target_missed", figures, 0),), inputs=inputs)
    return Outcome(p["amount"], (Line("target_met", figures, p["amount"]),), inputs=inputs)


def effective_visit(p: Params, s: Snapshot) -> Outcome:
    """Visits that count, long enough and with an outcome, in the order they began."""
    if s.status == "absent" and not s.excused:
        return _none("visit_absent", {"status": s.status})
    lines: list[Line] = []
    paid: set[object] = set()
    pending = False
    for visit in sorted(s.visits, key=lambda v: (v.at_iso, v.visit_id)):
        shop = visit.site_id if p["once_per_site"] and visit.site_id is not None else ("visit", visit.visit_id)
        code = _visit_refused(p, visit) or _visit_crowded(p, shop, paid)
        pending = pending or code == "visit_undecided"
        if code is None:
            paid.add(shop)
        lines.append(_visit_line(visit, s.timezone, code, p["amount"], len(paid), p))
    visits = [[v.visit_id, v.site_id, v.minutes, v.outcome, v.counts] for v in s.visits]
    return Outcome(p["amount"] * len(paid), tuple(lines), pending, inputs={"visits": visits})


def streak(p: Params, s: Snapshot) -> Outcome:
    """Paid on the day that completes the run; neutral days neither pay nor break it."""
    run = run_after(s.run_before, s)
    inputs = {"status": s.status, "run_before": s.run_before, "run": run}
    params = {"run": run, "days": p["days"]}
    if run == s.run_before:
        waits = s.scheduled and s.status != "leave" and (s.undecided or not s.complete)
        return Outcome(0, (Line("streak_unchanged", params, 0),), bool(waits), inputs=inputs)
    if run == 0:
        return Outcome(0, (Line("streak_broken", params, 0),), inputs=inputs)
    done = run % p["days"] == 0 if p["repeat"] else run == p["days"]
    if done:
        return Outcome(p["amount"], (Line("streak_complete", params, p["amount"]),), inputs=inputs)
    return Outcome(0, (Line("streak_counts", params, 0),), inputs=inputs)


def run_after(run_before: int, s: Snapshot) -> int:
    """The run of good scheduled days after this one; rest, leave and undecided days leave it as it is.

    Absent and excused is somebody marked absent because our system failed: it costs them nothing.
    """
    if not s.scheduled or s.status in _OFF:
        return run_before
    if s.status == "absent":
        return run_before + 1 if s.excused else 0
    if s.undecided or not s.complete:
        return run_before
    return run_before + 1 if s.status in GOOD or (s.excused and s.status in _EXCUSABLE) else 0


KINDS: dict[str, Callable[[Params, Snapshot], Outcome]] = {
    "attendance_allowance": attendance_allowance,
    "full_attendance_target": full_attendance_target,
    "effective_visit": effective_visit,
    "streak": streak,
}


def _none(code: str, inputs: dict[str, Any]) -> Outcome:
    return Outcome(0, (Line(code, {}, 0),), inputs=inputs)


def _wait(code: str, inputs: dict[str, Any]) -> Outcome:
    return Outcome(0, (Line(code, {}, 0),), pending=True, inputs=inputs)


def _allowance(p: Params, s: Snapshot, inputs: dict[str, Any]) -> Outcome:
    keep = _share_kept(p, s.late)
    amount = share(p["amount"], keep)
    params = {
        "full_minor": p["amount"],
        "paid_minor": amount,
        "currency": s.currency,
        "share_bp": keep,
        "time": s.first_in or "",
        "late": s.minutes_late,
        "grace": s.grace_minutes,
    }
    if s.late:
        code = "allowance_share" if keep else "allowance_too_late"
    elif s.excused:
        code = "allowance_excused" if s.present else "allowance_system"
    else:
        code = "allowance_full"
    return Outcome(amount, (Line(code, params, amount),), inputs=inputs)


def _share_kept(p: Params, late: int) -> int:
    if not late:
        return BASIS_POINTS
    return next((keep for upper, keep in p["bands"] if late <= upper), p["beyond_bp"])


def _not_fully_there(s: Snapshot) -> str | None:
    """The reason that no later event of the day can mend, if any."""
    if s.status == "absent" and not s.excused:
        return "target_absent"
    if not s.scheduled or s.status in _OFF:
        return "target_not_scheduled"
    if s.status in ("missing_in", "missing_out"):
        return f"target_{s.status}"
    if s.late:
        return "target_late"
    return "target_early" if s.early else None


def _visit_refused(p: Params, visit: VisitFact) -> str | None:
    if p["need_outcome"] and not visit.outcome:
        return "visit_no_outcome"
    if visit.minutes is None:
        return "visit_undecided" if visit.undecided else "visit_open"
    if visit.minutes < p["min_minutes"]:
        return "visit_short"
    if visit.undecided:
        return "visit_undecided"
    return None if visit.counts else "visit_outside"


def _visit_crowded(p: Params, shop: object, paid: set[object]) -> str | None:
    if shop in paid:
        return "visit_same_shop"
    return "visit_over_limit" if len(paid) >= p["max_per_day"] else None


def _visit_line(visit: VisitFact, timezone: str, code: str | None, amount: int, nth: int, p: Params) -> Line:
    began = datetime.fromisoformat(visit.at_iso).astimezone(ZoneInfo(timezone))
    params = {
        "visit_id": visit.visit_id,
        "site_id": visit.site_id,
        "time": f"{began:%H:%M}",
        "minutes": visit.minutes or 0,
        "needed": p["min_minutes"],
        "nth": nth,
        "limit": p["max_per_day"],
    }
    return Line(code or "visit_effective", params, 0 if code else amount)
