"""What a phone could not get accepted, brought to a person: one tap of the rep, once, with what the phone knew."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import bindparam, select

from webapp.attendance.models import AttendanceException, CheckIn
from webapp.attendance.rules import day_bounds
from webapp.attendance.rules.words import TAPS
from webapp.attendance.service.ask import Matter, closes_on, open_matter
from webapp.attendance.service.days import lock_people
from webapp.attendance.service.evidence import Person
from webapp.core.db import conn
from webapp.core.errors import Invalid
from webapp.core.ids import client_id
from webapp.schedules import queries as schedules
from webapp.sites.queries import fences, new_store_id

LONGEST = 500
_CATEGORY = {"check_in": "forgot_in", "cannot": "forgot_in", "here": "forgot_in", "check_out": "forgot_out"}


@dataclass(frozen=True, slots=True)
class RefusedTap:
    """An entry of the phone's outbox. `check_in`: client id of the one it belongs to; `note`: why it was refused.

    `store`: client id of the new store somebody is at (kind `here`), which is asked about once a day.
    """

    client_id: str
    kind: str
    tapped_at: datetime | None = None
    note: str = ""
    check_in: str = ""
    site_id: int | None = None
    store: str = ""


def ask_about_tap(*, rep: Person, tap: RefusedTap, at: datetime) -> int:
    """The exception's id; the same tap again gives the same one. Raises Invalid with the field."""
    if tap.kind not in TAPS:
        raise Invalid("not_a_choice" if tap.kind else "required", "kind")
    lock_people(ids=[rep.id])
    moment, mark = min(at, tap.tapped_at or at), _check_in(rep, tap.check_in)
    on = mark.work_date if mark else schedules.work_date(rep.id, moment, rep.branch)
    about = f"here|{client_id(tap.store, field='store')}|{on}" if tap.store else f"tap|{client_id(tap.client_id)}"
    known = conn().execute(_KNOWN, {"who": rep.id, "about": f"mistake|{rep.id}|%|{about}#%"}).scalar()
    if known is not None:
        return known
    closes_on(rep, on, at)
    params = _params(rep, tap, on, moment)
    here = mark.site_id if mark else _site(rep, tap.site_id)
    if here is not None and mark is None:
        params["site_id"] = here
    if tap.store:
        params["new_store"] = new_store_id(rep.id, client_id(tap.store))
    matter = Matter(rep.id, rep.branch_id, on, "mistake", params, mark.id if mark else None, here)
    return open_matter(matter=matter, about=about, at=at)


def _params(rep: Person, tap: RefusedTap, on: date, moment: datetime) -> dict[str, Any]:
    """An arrival or a departure asks for its time, when that belongs to the day; anything else for a look."""
    first, last = day_bounds(on, rep.branch.zone)
    category = _CATEGORY.get(tap.kind, "other") if first <= moment <= last else "other"
    wish = {} if category == "other" else {"at": moment.astimezone(UTC).isoformat()}
    return {"category": category, "tap": tap.kind, "note": tap.note.strip()[:LONGEST], **wish}


def _check_in(rep: Person, key: str) -> Any:
    """None: it never arrived."""
    return conn().execute(_MINE, {"who": rep.id, "client": client_id(key, field="check_in")}).first() if key else None


def _site(rep: Person, site_id: int | None) -> int | None:
    """Also one that was closed meanwhile: that may be why it was refused."""
    found = fences([site_id]).get(site_id) if site_id else None
    return found.site_id if found and found.branch_id == rep.branch_id else None


_KNOWN = select(AttendanceException.id).where(
    AttendanceException.employee_id == bindparam("who"), AttendanceException.dedup_key.like(bindparam("about"))
)
_MINE = select(CheckIn.id, CheckIn.work_date, CheckIn.site_id).where(
    CheckIn.employee_id == bindparam("who"), CheckIn.client_id == bindparam("client"), CheckIn.kind == "in"
)
