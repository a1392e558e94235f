"""Who hears of leave that is asked for, and of what became of it."""

from datetime import datetime
from typing import Any

from webapp.core.db import db
from webapp.notifications import service as notices
from webapp.notifications.queries import office_of
from webapp.notifications.rules import Told
from webapp.people.models import Employee
from webapp.schedules import policy
from webapp.schedules.models import LeaveRequest
from webapp.schedules.queries.leave import leave_type
from webapp.schedules.service.common import today


def tell_waiting(request: LeaveRequest, at: datetime) -> None:
    """Whoever answers next; what others were told before is over."""
    close(request, at)
    code = "notice_leave_cancel_asks" if request.leave_id else "notice_leave_asks"
    told = [
        Told(who, code, f"{about(request)}|{request.version}|{who}", link, _params(request), about(request))
        for who, link in deciders(request, at)
    ]
    notices.tell(told=told, at=at)


def deciders(request: LeaveRequest, at: datetime) -> list[tuple[int, str]]:
    """(person, page) of everybody who may answer the step that is next."""
    on = today(request.branch_id, at)
    if request.steps[request.step] == "supervisor" and (found := policy.supervisors_of(request.employee_id, on)):
        return [(who, f"/team/leave/{request.id}") for who in found]
    return [(who, f"/hr/schedule/requests/{request.id}") for who in office(request.branch_id, request.employee_id, at)]


def office(branch_id: int, without: int, at: datetime) -> list[int]:
    """HR of the branch; where there is none, admins."""
    for role in ("hr", "admin"):
        found = [one.id for one in office_of([branch_id], role, on=at.date()) if one.id != without]
        if found:
            return found
    return []


def tell_answered(request: LeaveRequest, reason: str, at: datetime) -> None:
    """The asker, and of leave that HR had the last word about the supervisors too."""
    close(request, at)
    code = f"notice_leave_{request.state}"
    _tell_asker(request, code, reason, at)
    if request.state == "approved" and request.steps[-1] == "hr":
        on = today(request.branch_id, at)
        told = [
            Told(
                who, "notice_leave_away", f"{about(request)}|away|{who}", f"/team/leave/{request.id}", _params(request)
            )
            for who in policy.supervisors_of(request.employee_id, on)
        ]
        notices.tell(told=told, at=at)


def tell_cancelled(request: LeaveRequest, reason: str, at: datetime) -> None:
    close(request, at)
    _tell_asker(request, "notice_leave_cancelled", reason, at)
    told = [
        Told(who, "notice_leave_back", f"{about(request)}|back|{who}", f"/team/leave/{request.id}", _params(request))
        for who in policy.supervisors_of(request.employee_id, today(request.branch_id, at))
    ]
    notices.tell(told=told, at=at)


def tell_kept(request: LeaveRequest, reason: str, at: datetime) -> None:
    close(request, at)
    _tell_asker(request, "notice_leave_kept", reason, at)


def close(request: LeaveRequest, at: datetime) -> None:
    notices.close(about=about(request), at=at)


def about(request: LeaveRequest) -> str:
    return f"leave|{request.id}"


def _tell_asker(request: LeaveRequest, code: str, reason: str, at: datetime) -> None:
    key = f"{about(request)}|{request.version}|{request.employee_id}"
    params = {**_params(request), "note": reason}
    notices.tell(told=[Told(request.employee_id, code, key, f"/me/leave/{request.id}", params)], at=at)


def _params(request: LeaveRequest) -> dict[str, Any]:
    kind = leave_type(request.branch_id, request.kind)
    someone = db.session.get_one(Employee, request.employee_id)
    return {
        "name": someone.name,
        "kind_names": [kind.name_en, kind.name_zh] if kind else [request.kind, request.kind],
        "over_days": [request.first_on.isoformat(), request.last_on.isoformat()],
    }
