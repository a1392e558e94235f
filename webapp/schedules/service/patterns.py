"""Making patterns of rosters: days that repeat."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import db
from webapp.core.errors import Conflict, Invalid
from webapp.schedules.models import RosterPattern, Shift
from webapp.schedules.queries import pattern as find
from webapp.schedules.rules.patterns import Step, checked_steps
from webapp.schedules.service.common import office


def create_pattern(*, by: SignedIn, branch_id: int, name: str, steps: Sequence[Step], at: datetime) -> int:
    """The new pattern's id. Raises Invalid with the field, NotFound, Forbidden."""
    office(by, branch_id)
    written = _checked(branch_id, steps)
    _check_name(branch_id, name, None)
    made = RosterPattern(branch_id=branch_id, name=name, steps=written, version=1)
    db.session.add(made)
    db.session.flush()
    _record(by, "pattern.created", made, None, {"name": name, "steps": written}, at)
    return made.id


def change_pattern(
    *, by: SignedIn, pattern_id: int, version: int, name: str, steps: Sequence[Step], at: datetime
) -> None:
    """Days laid out before keep what they have. Raises Conflict, Invalid, NotFound, Forbidden."""
    found = _locked(by, pattern_id)
    if version != found.version:
        raise Conflict("conflict")
    written = _checked(found.branch_id, steps, kept={step.get("shift_id") for step in found.steps})
    _check_name(found.branch_id, name, found.id)
    before, after = {"name": found.name, "steps": found.steps}, {"name": name, "steps": written}
    if before == after:
        return
    found.name, found.steps = name, written
    found.version += 1
    _record(by, "pattern.changed", found, *audit.changed(before, after), at)


def archive_pattern(*, by: SignedIn, pattern_id: int, archived: bool, at: datetime) -> None:
    """It is offered no more, or again; days laid out by it stay."""
    found = _locked(by, pattern_id)
    if (found.archived_at is not None) == archived:
        return
    found.archived_at = at if archived else None
    found.version += 1
    _record(by, "pattern.archived" if archived else "pattern.unarchived", found, None, None, at)


def _locked(by: SignedIn, pattern_id: int) -> RosterPattern:
    found = find(by, pattern_id)
    office(by, found.branch_id)
    db.session.refresh(found, with_for_update=True)
    return found


def _checked(branch_id: int, steps: Sequence[Step], kept: set[int | None] = frozenset()) -> list[dict[str, Any]]:  # type: ignore[assignment]
    """Shifts are open ones of the branch; one archived since may stay where it was."""
    written = checked_steps(steps)
    wanted = {step["shift_id"] for step in written} - {None} - kept
    open_ones = select(Shift.id).where(Shift.branch_id == branch_id, Shift.archived_at.is_(None))
    if wanted and not wanted <= set(db.session.scalars(open_ones)):
        raise Invalid("not_a_choice", "step")
    return written


def _check_name(branch_id: int, name: str, own: int | None) -> None:
    same = select(RosterPattern.id).where(RosterPattern.branch_id == branch_id, RosterPattern.name == name)
    if db.session.scalar(same.where(RosterPattern.id != (own or 0))) is not None:
        raise Invalid("pattern_name_taken", "name", name=name)


def _record(
    by: SignedIn,
    action: str,
    found: RosterPattern,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    at: datetime,
) -> None:
    audit.record(
        actor_id=by.id,
        action=action,
        object_type="pattern",
        object_id=found.id,
        branch_id=found.branch_id,
        before=before,
        after=after,
        at=at,
    )
