"""What a person agrees to about positions, and what a branch keeps how long."""

from datetime import datetime

from sqlalchemy import insert, update

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import conn, db
from webapp.core.errors import Conflict, NotFound
from webapp.people import policy, rules
from webapp.people.models import Branch, Consent, Employee


def answer_consent(*, employee_id: int, text_version: int, given: bool, at: datetime) -> None:
    """Their answer to the text as it stands. Raises Conflict when it was an older text they read."""
    if text_version != rules.CONSENT_TEXT:
        raise Conflict("consent_text_changed")
    row = {"employee_id": employee_id, "at": at, "text_version": text_version, "given": given}
    conn().execute(insert(Consent), row)
    now = {"consent_text": text_version, "consent_given": given}
    conn().execute(update(Employee).where(Employee.id == employee_id).values(now))


def set_privacy(*, by: SignedIn, branch_id: int, device_limit: int, position_days: int, at: datetime) -> None:
    """Raises Invalid, NotFound."""
    branch = db.session.get(Branch, branch_id, with_for_update=True)
    if branch is None:
        raise NotFound("not_found")
    policy.check_branch(by, branch_id)
    wanted = {
        "device_limit": rules.check_between(device_limit, rules.DEVICES, "device_limit"),
        "position_days": rules.check_between(position_days, rules.POSITION_DAYS, "position_days"),
    }
    before, after = audit.changed({name: getattr(branch, name) for name in wanted}, wanted)
    if not after:
        return
    for name, value in after.items():
        setattr(branch, name, value)
    audit.record(
        actor_id=by.id, action="branch.privacy", object_type="branch", object_id=branch.id, branch_id=branch.id,
        before=before, after=after, at=at,
    )  # fmt: skip
