"""The audit trail as the office may read it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, or_, select

from webapp.core.audit import AuditEntry
from webapp.core.authz import Role, SignedIn
from webapp.core.db import db
from webapp.people.models import Employee

PAGE_SIZE = 50
_LATE = 20_000
_MOST_PEOPLE = 100


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """`person` is a staff number or part of a name, of who did it or to whom it was done.

    `exceptions`: ids of the attendance exceptions of that person, which only attendance can tell.
    """

    person: str = ""
    object_type: str = ""
    object_id: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None
    exceptions: tuple[int, ...] = ()


def entries(
    user: SignedIn, filters: AuditFilters, *, zone: ZoneInfo, before: int | None = None, limit: int = PAGE_SIZE
) -> list[AuditEntry]:
    """Newest first; `before` is the id the page goes on from. HR sees its branches, admins everything."""
    query = _filtered(_visible(user), filters, zone)
    if before:
        query = query.where(AuditEntry.id < before)
    return list(db.session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit)))


def kinds(user: SignedIn) -> tuple[list[str], list[str]]:
    """Actions and object types of late, for the filters; looking at every entry ever would take too long."""
    columns = (AuditEntry.action, AuditEntry.object_type)
    late = _visible(user).with_only_columns(*columns).order_by(AuditEntry.id.desc()).limit(_LATE).subquery()
    pairs = db.session.execute(select(late.c.action, late.c.object_type).distinct()).all()
    return sorted({action for action, _ in pairs}), sorted({kind for _, kind in pairs})


def meant(text: str) -> list[int]:
    """Whom a staff number or part of a name stands for."""
    text = text.strip()
    theirs = or_(Employee.staff_no == text.upper(), Employee.name.icontains(text, autoescape=True))
    return list(db.session.scalars(select(Employee.id).where(theirs).limit(_MOST_PEOPLE)))


def _visible(user: SignedIn) -> Select[tuple[AuditEntry]]:
    query = select(AuditEntry)
    return query if user.role is Role.ADMIN else query.where(AuditEntry.branch_id.in_(user.branch_ids))


def _filtered(query: Select[tuple[AuditEntry]], filters: AuditFilters, zone: ZoneInfo) -> Select[tuple[AuditEntry]]:
    for name in ("object_type", "object_id", "action"):
        if value := getattr(filters, name):
            query = query.where(getattr(AuditEntry, name) == value)
    if filters.since:
        query = query.where(AuditEntry.at >= _midnight(filters.since, zone))
    if filters.until:
        query = query.where(AuditEntry.at < _midnight(filters.until + timedelta(days=1), zone))
    if filters.person.strip():
        query = query.where(_about(meant(filters.person), filters.exceptions))
    return query


def _about(ids: list[int], exceptions: tuple[int, ...]) -> ColumnElement[bool]:
    """Done by them, to them, to one of their days ("12|2026-03-02") or to one of their exceptions."""
    person = (AuditEntry.object_type == "employee") & AuditEntry.object_id.in_([str(i) for i in ids])
    issue = (AuditEntry.object_type == "attendance_exception") & AuditEntry.object_id.in_([str(i) for i in exceptions])
    days = [AuditEntry.object_id.like(f"{i}|%") for i in ids]
    return or_(AuditEntry.actor_id.in_(ids), person, issue, *days)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
