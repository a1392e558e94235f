"""Hours of shifts and store types. Changed hours count from a date on; days before it keep what they had."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import db
from webapp.core.errors import Conflict, Invalid, NotFound
from webapp.schedules import rules
from webapp.schedules.models import EarlierTimes, Shift
from webapp.schedules.rules import NO_TERMS, ShiftTimes, Terms, read_terms, written_terms
from webapp.schedules.service.common import branch_changed, office, today
from webapp.sites.service import rename_store_type

LOOK_BACK = timedelta(days=62)


def create_shift(
    *,
    by: SignedIn | None,
    branch_id: int,
    name: str,
    start: str,
    end: str,
    grace_minutes: int,
    terms: Terms = NO_TERMS,
    at: datetime,
) -> int:
    """The new shift's id. Raises Invalid with the field, NotFound, Forbidden."""
    office(by, branch_id)
    hours = rules.shift_times(start, end, grace_minutes, terms)
    _check_name(branch_id, name, None)
    shift = Shift(branch_id=branch_id, name=name, version=1, **_kept(hours))
    db.session.add(shift)
    db.session.flush()
    _record(by, "shift.created", shift, None, {"name": name, **_shown(hours)}, at)
    return shift.id


def change_shift(
    *,
    by: SignedIn | None,
    shift_id: int,
    version: int | None,
    name: str,
    start: str,
    end: str,
    grace_minutes: int,
    terms: Terms | None = None,
    from_on: date,
    at: datetime,
) -> None:
    """Hours and terms (None: as they are) count from work date `from_on`. Raises Conflict, Invalid, NotFound."""
    shift = _locked(by, shift_id)
    if version is not None and version != shift.version:
        raise Conflict("conflict")
    old = ShiftTimes(shift.start, shift.end, shift.grace_minutes, read_terms(shift.terms))
    hours = rules.shift_times(start, end, grace_minutes, old.terms if terms is None else terms)
    _check_name(shift.branch_id, name, shift.id)
    before = {"name": shift.name}
    if hours != old:
        _keep(shift.branch_id, "shift_id", shift.id, old, from_on, at)
    shift.name = name
    for field, value in _kept(hours).items():
        setattr(shift, field, value)
    shift.version += 1
    after = {"name": name, **_shown(hours), "from_on": from_on}
    _record(by, "shift.changed", shift, {**before, **_shown(old)}, after, at)


def archive_shift(*, by: SignedIn | None, shift_id: int, at: datetime) -> None:
    """It is offered no more; days that use it keep it."""
    shift = _locked(by, shift_id)
    if shift.archived_at is None:
        shift.archived_at = at
        shift.version += 1
        _record(by, "shift.archived", shift, None, None, at)
        _today_changed(shift.branch_id, at)


def unarchive_shift(*, by: SignedIn | None, shift_id: int, at: datetime) -> None:
    shift = _locked(by, shift_id)
    if shift.archived_at is not None:
        shift.archived_at = None
        shift.version += 1
        _record(by, "shift.unarchived", shift, None, None, at)
        _today_changed(shift.branch_id, at)


def change_store_type(
    *,
    by: SignedIn | None,
    store_type_id: int,
    version: int | None,
    name_en: str,
    name_zh: str,
    start: str,
    end: str,
    grace_minutes: int,
    terms: Terms | None = None,
    from_on: date,
    at: datetime,
) -> None:
    """Names at once, hours and terms (None: as they are) from `from_on` on. Raises Conflict, Invalid, NotFound."""
    kind = rename_store_type(
        by=by, store_type_id=store_type_id, version=version, name_en=name_en, name_zh=name_zh, at=at
    )
    old = ShiftTimes(kind.shift_start, kind.shift_end, kind.grace_minutes, read_terms(kind.terms))
    hours = rules.shift_times(start, end, grace_minutes, old.terms if terms is None else terms)
    if hours == old:
        return
    _keep(kind.branch_id, "store_type_id", kind.id, old, from_on, at)
    kind.shift_start, kind.shift_end, kind.grace_minutes = hours.start, hours.end, grace_minutes
    kind.terms = written_terms(hours.terms)
    audit.record(
        actor_id=by.id if by else None,
        action="store_type.hours",
        object_type="store_type",
        object_id=kind.id,
        branch_id=kind.branch_id,
        before=_shown(old),
        after={**_shown(hours), "from_on": from_on},
        at=at,
    )


def _keep(branch_id: int, column: str, owner_id: int, current: ShiftTimes, from_on: date, at: datetime) -> None:
    """Note what was in force before `from_on`, and forget changes that were to come after it."""
    now = today(branch_id, at)
    if from_on < now - LOOK_BACK:
        raise Invalid("hours_too_old", "from_on", day=now - LOOK_BACK)
    owner: ColumnElement[bool] = getattr(EarlierTimes, column) == owner_id
    after = EarlierTimes.until_on >= from_on
    first = db.session.scalar(select(EarlierTimes).where(owner, after).order_by(EarlierTimes.until_on).limit(1))
    before = current
    if first is not None:
        before = ShiftTimes(first.start, first.end, first.grace_minutes, read_terms(first.terms))
    db.session.execute(delete(EarlierTimes).where(owner, after))
    db.session.add(EarlierTimes(branch_id=branch_id, until_on=from_on, **{column: owner_id}, **_kept(before)))
    branch_changed(branch_id, from_on, date.max, at)


def _today_changed(branch_id: int, at: datetime) -> None:
    branch_changed(branch_id, today(branch_id, at), date.max, at)


def _check_name(branch_id: int, name: str, own_id: int | None) -> None:
    same = select(Shift.id).where(Shift.branch_id == branch_id, Shift.name == name)
    if db.session.scalar(same) not in (None, own_id):
        raise Invalid("shift_name_taken", "name", name=name)


def _locked(by: SignedIn | None, shift_id: int) -> Shift:
    shift = db.session.get(Shift, shift_id, with_for_update=True)
    if shift is None:
        raise NotFound("not_found", "shift_id")
    office(by, shift.branch_id)
    return shift


def _kept(hours: ShiftTimes) -> dict[str, Any]:
    """As the tables have it."""
    clocks = {"start": hours.start, "end": hours.end, "grace_minutes": hours.grace_minutes}
    return {**clocks, "terms": written_terms(hours.terms)}


def _shown(hours: ShiftTimes) -> dict[str, Any]:
    """As the audit log shows it."""
    terms = hours.terms
    spans = {"core_hours": terms.core and [terms.core], "breaks": terms.breaks}
    told = {name: ", ".join(f"{first}–{last}" for first, last in found) for name, found in spans.items() if found}
    known = written_terms(terms)
    told |= {name: known[field] for field, name in _TOLD.items() if field in known}
    return {"start": hours.start, "end": hours.end, "grace_minutes": hours.grace_minutes, **told}


_TOLD = {
    "kind": "shift_kind",
    "break_minutes": "break_minutes",
    "minimum": "minimum_stay",
    "serious": "serious_minutes",
    "before": "reach_before",
    "after": "reach_after",
}


def _record(
    by: SignedIn | None, action: str, shift: Shift, before: dict | None, after: dict | None, at: datetime
) -> None:
    audit.record(
        actor_id=by.id if by else None,
        action=action,
        object_type="shift",
        object_id=shift.id,
        branch_id=shift.branch_id,
        before=before,
        after=after,
        at=at,
    )
