"""Naming and ending a stand-in, with what both hear of it."""

from datetime import date, datetime
from typing import Any

from webapp.attendance.queries import may_choose
from webapp.core.authz import SignedIn
from webapp.core.errors import N_, Invalid, words
from webapp.notifications import service as notices
from webapp.notifications.rules import Told
from webapp.people import service as people
from webapp.people.service import Agreed

HERE, THERE, OFFICE = "/team/stand-in", "/confirm", "/hr/inbox"


def set_stand_in(
    *, by: SignedIn, from_id: int, to_id: int, first_on: date, last_on: date, note: str = "", at: datetime
) -> int:
    """The agreement's id. The client's staff choose among those they share a store with: another client's are none of
    theirs. Raises what people.service.set_stand_in does.
    """
    values: dict[str, Any] = {"first_on": first_on, "last_on": last_on, "note": note}
    made = people.set_stand_in(by=by, from_id=from_id, to_id=to_id, at=at, **values)
    if by.id == from_id and made.deputy.id not in may_choose(by, [(made.deputy.id, made.deputy.role)]):
        raise Invalid("stand_in_stores", "to_id")
    days = {"first_on": first_on.isoformat(), "last_on": last_on.isoformat()}
    told = [_told(made, made.deputy.id, "notice_stand_in", _page(made), {"name": made.absent.name, **days})]
    told += [_told(made, made.absent.id, "notice_stood_for", HERE, {"name": made.deputy.name, **days})]
    notices.tell(told=[one for one in told if one.employee_id != by.id], at=at)
    return made.id


def end_stand_in(*, by: SignedIn, delegation_id: int, at: datetime) -> None:
    """Ended already: nothing happens. Raises what people.service.end_stand_in does."""
    made = people.end_stand_in(by=by, delegation_id=delegation_id, at=at)
    if made is None:
        return
    notices.close(about=_about(made), at=at)
    params, key = {"name": made.absent.name}, f"{_about(made)}|ended"
    notices.tell(told=[Told(made.deputy.id, "notice_stand_in_ended", key, "/me", params)], at=at)


def _page(made: Agreed) -> str:
    return THERE if made.deputy.role == "supervisor" else OFFICE


def _told(made: Agreed, who: int, code: str, link: str, params: dict[str, str]) -> Told:
    return Told(who, code, f"{_about(made)}|{who}", link, params, _about(made))


def _about(made: Agreed) -> str:
    return f"stand_in|{made.id}"


words(
    {
        "stand_in_stores": N_("Choose somebody who supervises one of your stores too, or ask HR to name the stand-in."),
    }
)
