"""What a branch decides about its rosters: changed by HR, on record."""

from dataclasses import asdict
from datetime import datetime

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import db
from webapp.core.errors import Conflict, NotFound
from webapp.people import policy
from webapp.people.models import Branch
from webapp.people.service.near_days import tell_branch_later
from webapp.schedules.rules import RosterPolicy, read_roster_policy, written_roster_policy


def set_roster_policy(*, by: SignedIn, branch_id: int, version: int, wanted: RosterPolicy, at: datetime) -> None:
    """Days that are to be told from now on are told soon. Raises Invalid with the field, Conflict, NotFound."""
    branch = db.session.get(Branch, branch_id, with_for_update=True)
    if branch is None:
        raise NotFound("not_found")
    policy.check_branch(by, branch_id)
    if branch.version != version:
        raise Conflict("changed_meanwhile")
    now = read_roster_policy(branch.roster_policy)
    before, after = audit.changed(asdict(now), asdict(wanted.checked()))
    if not after:
        return
    branch.roster_policy = written_roster_policy(wanted)
    branch.version += 1
    audit.record(
        actor_id=by.id, action="branch.rosters", object_type="branch", object_id=branch_id, branch_id=branch_id,
        before=before, after=after, at=at,
    )  # fmt: skip
    if wanted.tell_days > now.tell_days:
        tell_branch_later(branch_id=branch_id, at=at)
