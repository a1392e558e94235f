"""Telling whoever decides that something waits for them; made from the database, as often as wanted."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime

from webapp.attendance.policy import SUPERVISORS_DECIDE
from webapp.attendance.queries.asked import Asked, asked_about, supervisors_of
from webapp.attendance.queries.phones import asking, deciders
from webapp.attendance.service.phones import about_phone
from webapp.notifications import service as notices
from webapp.notifications.queries import Officer, office_of
from webapp.notifications.rules import Told
from webapp.people import queries as people


def tell_waiting(*, pairs: Collection[tuple[int, date]], at: datetime) -> int:
    """Notices about the open exceptions of these rep-days and about new phones. How many were new."""
    return _tell_exceptions(pairs, at) + _tell_phones(pairs, at)


def _tell_exceptions(pairs: Collection[tuple[int, date]], at: datetime) -> int:
    """To the site's supervisors what they may decide, to HR the rest when they want each at once. Of a tap that was
    refused both hear: the one who was there, and who decides. What is no longer open is closed.
    """
    found = asked_about(pairs)
    for row in found:
        if row.state != "open":
            notices.close(about=f"exception|{row.id}", at=at)
    open_ones = [row for row in found if row.state == "open"]
    if not open_ones:
        return 0
    theirs = {row.site_id for row in open_ones if row.site_id and (_is_theirs(row) or _is_tap(row))}
    supervisors, branches = supervisors_of(theirs, at.date()), {row.branch_id for row in open_ones}
    deputies = people.stand_ins({who for each in supervisors.values() for who in each}, at)
    office = [one for one in office_of(branches, "hr", "admin", on=at.date()) if one.each_exception]
    return notices.tell(told=[told for row in open_ones for told in _told(row, supervisors, deputies, office)], at=at)


def _tell_phones(pairs: Collection[tuple[int, date]], at: datetime) -> int:
    """To the supervisors; where there are none, to the office."""
    told = []
    for phone in asking(pairs):
        near = deciders(phone, on=at.date())
        asked = [(who, "/team/phones") for who in near] + _for_them(near, phone.employee_id, at)
        if not asked:
            officers = office_of([phone.branch_id], "hr", "admin", on=at.date())
            asked = [(one.id, "/hr/phones") for one in officers if one.id != phone.employee_id]
        about = about_phone(phone.id)
        for who, page in asked:
            key = f"{about}|{phone.since.isoformat()}|{who}"
            told.append(Told(who, "notice_phone_asks", key, f"{page}/{phone.id}", {"name": phone.name}, about))
    return notices.tell(told=told, at=at)


def _for_them(near: Sequence[int], about: int, at: datetime) -> list[tuple[int, str]]:
    """Those who stand in for one of them, with their page of new phones."""
    found = {who: role for each in people.stand_ins(near, at).values() for who, role in each}
    pages = {"supervisor": "/team/phones"}
    return [(who, pages.get(role, "/hr/phones")) for who, role in found.items() if who not in {about, *near}]


def _told(
    row: Asked,
    supervisors: Mapping[int, Sequence[int]],
    deputies: Mapping[int, Sequence[tuple[int, str]]],
    office: Sequence[Officer],
) -> Iterator[Told]:
    near = [who for who in supervisors.get(row.site_id or 0, ()) if who != row.employee_id]
    asked = near if _is_theirs(row) or _is_tap(row) else []
    for who in asked:
        yield _notice(row, who, f"/confirm/{row.employee_id}?on={row.work_date}")
    for who, role in {one for absent in asked for one in deputies.get(absent, ())}:
        if who not in {row.employee_id, *asked}:
            page = f"/confirm/{row.employee_id}?on={row.work_date}"
            yield _notice(row, who, page if role == "supervisor" else f"/hr/inbox/{row.id}")
    if not asked or _is_tap(row):
        for officer in office:
            if officer.branch_id == row.branch_id and officer.id != row.employee_id:
                yield _notice(row, officer.id, f"/hr/inbox/{row.id}")


def _is_theirs(row: Asked) -> bool:
    """A supervisor's to decide, unless one of them gave it to HR."""
    return row.kind in SUPERVISORS_DECIDE and row.last != "passed_on"


def _is_tap(row: Asked) -> bool:
    """A supervisor can say that the person was there, HR decides."""
    return "tap" in row.params and row.last is None


def _word(row: Asked) -> str:
    return f"tap_{row.params['tap']}" if "tap" in row.params else f"exception_{row.kind}"


def _notice(row: Asked, who: int, link: str) -> Told:
    params = {"name": row.name, "day_on": row.work_date.isoformat(), "kind_code": _word(row)}
    if row.site:
        params["site"] = row.site
    code = "notice_waiting_site" if row.site else "notice_waiting"
    return Told(who, code, f"waiting|{row.id}|{row.seq}|{who}", link, params, f"exception|{row.id}")
