"""What people hear of their money: an instant reward, a settled day, a day that came out different."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import groupby

from webapp.attendance.queries.asked import asked_about
from webapp.notifications import service as notices
from webapp.notifications.queries import office_of
from webapp.notifications.rules import Told
from webapp.rewards.queries.days import Pair
from webapp.rewards.queries.posted import Posted, posted_since, settled_totals
from webapp.rewards.rules.due import BranchDue
from webapp.rewards.rules.plan import why_less

JUST_NOW = timedelta(hours=1)


def tell_settled(*, pairs: Collection[Pair], at: datetime) -> int:
    """One notice per person and settled date, with what it came to; nothing for a day that is worth nothing."""
    told = [
        Told(
            row.employee_id,
            "notice_settled",
            f"settled|{row.employee_id}|{row.work_date}",
            _day(row.work_date),
            {"day_on": row.work_date.isoformat(), "amount_minor": row.total, "currency": row.currency},
        )
        for row in settled_totals(pairs)
    ]
    return notices.tell(told=told, at=at)


def tell_posted(*, pairs: Collection[Pair], at: datetime) -> int:
    """What was posted just now because something changed; asked again after a crash it finds the same."""
    told: list[Told] = []
    lines = posted_since(pairs, at - JUST_NOW)
    waits = _waits({(line.employee_id, line.work_date) for line in lines if line.delta < 0 and not line.settled})
    for _, mine in groupby(lines, key=lambda line: (line.employee_id, line.work_date, line.posted_at)):
        told += _changes(list(mine), waits)
    return notices.tell(told=told, at=at)


def tell_run(*, branch: BranchDue, work_date: date, number: int, at: datetime) -> None:
    """The branch's channels hear that a date is settled, the office of rep-days that could not be."""
    params = {"day_on": work_date.isoformat(), "branch": branch.name, "number": number}
    code, key = "notice_run_aside" if number else "notice_run_done", f"settled|{branch.id}|{work_date}"
    notices.broadcast(
        branch_id=branch.id, key=key, topic="settlement", code=code, params=params, link="/hr/settlement", at=at
    )
    if not number:
        return
    key = f"aside|{branch.id}|{work_date}"
    told = [
        Told(one.id, "notice_set_aside", f"{key}|{one.id}", "/hr/settlement", params)
        for one in office_of([branch.id], "hr", "admin", on=at.date())
    ]
    notices.tell(told=told, at=at)


def _waits(pairs: Collection[Pair]) -> dict[Pair, str]:
    """What somebody is asked about rep-days, the newest matter of each."""
    asked = sorted(asked_about(pairs), key=lambda row: row.id)
    return {(row.employee_id, row.work_date): row.kind for row in asked if row.state == "open"}


def _changes(lines: list[Posted], waits: Mapping[Pair, str]) -> Iterator[Told]:
    first = lines[0]
    who, on = first.employee_id, first.work_date
    said = {"day_on": on.isoformat(), "currency": first.currency}
    if first.settled:
        change = sum(line.delta for line in lines)
        params = {**said, "amount_minor": first.total, "before_minor": first.total - change}
        if change:
            mark = max(line.txn_id or 0 for line in lines)
            yield Told(who, "notice_corrected", f"corrected|{who}|{on}|{mark}", _day(on), params)
        return
    for line in lines:
        key = f"reward|{line.rule_id}|{who}|{on}|{line.revision}"
        params = {**said, "amount_minor": abs(line.delta), "rule_code": f"rule_name_{line.rule}"}
        if line.delta > 0:
            yield Told(who, "notice_reward", key, _day(on), params)
            continue
        asked = waits.get((who, on))
        why = {"kind_code": f"exception_{asked}"} if asked else {"why_line": why_less(line.before, line.lines)}
        code = "notice_back_asked" if asked else "notice_back"
        yield Told(who, code, key, f"/wallet/{line.txn_id}" if line.txn_id else _day(on), {**params, **why})


def _day(on: date) -> str:
    return f"/visits?view=day&day={on.isoformat()}"
