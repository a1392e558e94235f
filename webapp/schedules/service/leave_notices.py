"""Who hears of leave that is asked for or recorded, and of what became of it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from webapp.core.authz import SignedIn
from webapp.core.db import db
from webapp.notifications import service as notices
from webapp.notifications.queries import office_of
from webapp.notifications.rules import Told
from webapp.people.models import Employee
from webapp.people.queries import stand_ins
from webapp.schedules import policy
from webapp.schedules.models import Leave, LeaveRequest
from webapp.schedules.queries.leave import leave_type
from webapp.schedules.service.common import today


def tell_waiting(request: LeaveRequest, at: datetime) -> None:
    """Whoever answers next; what others were told before is over."""
    done_with(request, at)
    code = "notice_leave_cancel_asks" if request.leave_id else "notice_leave_asks"
    told = [
        Told(who, code, f"{about(request)}|{request.version}|{who}", link, _params(request), about(request))
        for who, link in deciders(request, at)
    ]
    notices.tell(told=told, at=at)


def deciders(request: LeaveRequest, at: datetime) -> list[tuple[int, str]]:
    """(person, page) of everybody who may answer the step that is next."""
    if request.steps[request.step] == "supervisor" and (found := bosses(request.employee_id, request.branch_id, at)):
        return [(who, _page(request, role)) for who, role in found]
    return [(who, _page(request, "hr")) for who in next_office(request, at)]


def bosses(employee_id: int, branch_id: int, at: datetime) -> list[tuple[int, str]]:
    """(id, role) of the supervisors of the person's team and of whoever stands in for one of them now."""
    found = policy.supervisors_of(employee_id, today(branch_id, at))
    standing = [one for some in stand_ins(found, at).values() for one in some]
    known = {**dict(standing), **dict.fromkeys(found, "supervisor")}
    return sorted((who, role) for who, role in known.items() if who != employee_id)


def next_office(request: LeaveRequest, at: datetime) -> list[int]:
    """Who of the office may answer: nobody answers twice."""
    return office(request.branch_id, {request.employee_id, *policy.said_yes(request)}, at)


def office(branch_id: int, without: Collection[int], at: datetime) -> list[int]:
    """HR of the branch; where there is none, admins."""
    for role in ("hr", "admin"):
        found = [one.id for one in office_of([branch_id], role, on=at.date()) if one.id not in without]
        if found:
            return found
    return []


def tell_answered(request: LeaveRequest, reason: str, at: datetime) -> None:
    """The asker, and of leave that HR had the last word about the supervisors too."""
    done_with(request, at)
    _tell_asker(request, f"notice_leave_{request.state}", reason, at)
    if request.state == "approved" and request.steps[-1] == "hr":
        _tell_bosses(request, "notice_leave_away", at)


def tell_cancelled(request: LeaveRequest, reason: str, at: datetime) -> None:
    done_with(request, at)
    _tell_asker(request, "notice_leave_cancelled", reason, at)
    _tell_bosses(request, "notice_leave_back", at)


def tell_kept(request: LeaveRequest, reason: str, at: datetime) -> None:
    done_with(request, at)
    _tell_asker(request, "notice_leave_kept", reason, at)


def tell_recorded(leave: Leave, someone: Employee, by: SignedIn, at: datetime) -> None:
    """Leave nobody asked for, unless it is over: the person, and the supervisors."""
    _tell_of(leave, someone, by, "notice_leave_recorded", "notice_leave_away", leave.note, at)


def tell_ended(leave: Leave, someone: Employee, by: SignedIn, reason: str, at: datetime) -> None:
    _tell_of(leave, someone, by, "notice_leave_cancelled", "notice_leave_back", reason, at)


def done_with(request: LeaveRequest, at: datetime) -> None:
    notices.close(about=about(request), at=at)


def about(request: LeaveRequest) -> str:
    return f"leave|{request.id}"


def _tell_asker(request: LeaveRequest, code: str, reason: str, at: datetime) -> None:
    key = f"{about(request)}|{request.version}|{request.employee_id}"
    params = {**_params(request), "note": reason}
    notices.tell(told=[Told(request.employee_id, code, key, f"/me/leave/{request.id}", params)], at=at)


def _tell_bosses(request: LeaveRequest, code: str, at: datetime) -> None:
    key, params = f"{about(request)}|{request.version}|{code}", _params(request)
    found = bosses(request.employee_id, request.branch_id, at)
    notices.tell(told=[Told(who, code, f"{key}|{who}", _page(request, role), params) for who, role in found], at=at)


def _tell_of(
    leave: Leave, someone: Employee, by: SignedIn, code: str, for_bosses: str, note: str, at: datetime
) -> None:
    now = today(someone.branch_id, at)
    if leave.last_on < now:
        return
    key, params = f"leave kept|{leave.id}|{code}", _said(leave, someone, someone.branch_id)
    day = max(leave.first_on, now)
    own = Told(someone.id, code, f"{key}|{someone.id}", f"/plan?day={day}", {**params, "note": note})
    others = [
        Told(who, for_bosses, f"{key}|{who}", "/schedule" if role == "supervisor" else "/hr/schedule", params)
        for who, role in bosses(someone.id, someone.branch_id, at)
        if who != by.id
    ]
    notices.tell(told=[own, *others], at=at)


def _page(request: LeaveRequest, role: str) -> str:
    return f"/team/leave/{request.id}" if role == "supervisor" else f"/hr/schedule/requests/{request.id}"


def _params(request: LeaveRequest) -> dict[str, Any]:
    return _said(request, db.session.get_one(Employee, request.employee_id), request.branch_id)


def _said(leave: Leave | LeaveRequest, someone: Employee, branch_id: int) -> dict[str, Any]:
    kind = leave_type(branch_id, leave.kind)
    return {
        "name": someone.name,
        "kind_names": [kind.name_en, kind.name_zh] if kind else [leave.kind, leave.kind],
        "over_days": [
            f"{leave.first_on}{'T12' if leave.starts_half else ''}",
            f"{leave.last_on}{'T12' if leave.ends_half else ''}",
        ],
    }
