"""Making and approving rule versions."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, update

from webapp.core import audit, outbox
from webapp.core.db import conn, db
from webapp.core.errors import N_, Conflict, Forbidden, Invalid, NotFound, words
from webapp.core.money import exponent
from webapp.rules.models import Rule, RuleVersion
from webapp.rules.rules import KINDS, complete_params

# What a new company starts with, in major units of its currency; everything is editable later.
_STARTING = {
    "attendance_allowance": {"CNY": 100, "SGD": 20},
    "full_attendance_target": {},
    "effective_visit": {},
    "streak": {},
}
_USUALLY = 50


def add_rule(
    *, by: int | None, branch_id: int, code: str, kind: str, store_type_id: int | None = None, at: datetime
) -> int:
    """A new family without a version; its id."""
    if kind not in KINDS:
        raise Invalid("rule_unknown_kind", "kind", kind=kind)
    row = Rule(branch_id=branch_id, code=code, kind=kind, store_type_id=store_type_id, priority=_priority(kind))
    db.session.add(row)
    db.session.flush()
    audit.record(
        actor_id=by, action="rule.added", object_type="rule", object_id=row.id, branch_id=branch_id,
        after={"code": code, "kind": kind}, at=at,
    )  # fmt: skip
    return row.id


def propose_version(
    *,
    by: int | None,
    rule_id: int,
    params: Mapping[str, Any],
    effective_from: date,
    effective_to: date | None = None,
    at: datetime,
) -> int:
    """A draft of the rule's next version; its id. Raises Invalid with the field that is wrong."""
    rule = db.session.get(Rule, rule_id)
    if rule is None:
        raise NotFound("not_found")
    if effective_to is not None and effective_to < effective_from:
        raise Invalid("rule_range", "effective_to")
    complete = complete_params(rule.kind, params)
    last = conn().scalar(select(func.max(RuleVersion.n)).where(RuleVersion.rule_id == rule_id))
    row = RuleVersion(
        rule_id=rule_id, n=(last or 0) + 1, effective_from=effective_from, effective_to=effective_to,
        params=complete, status="draft", author_id=by, created_at=at,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    _note(by, "rule.proposed", rule, row, at)
    return row.id


def approve_version(*, by: int | None, version_id: int, at: datetime) -> None:
    """Put a draft in force; what it overlaps ends the day before it, or is retired. Not by its author."""
    row = db.session.get(RuleVersion, version_id)
    # Two approvals of one rule at once would both make room among the versions before them, and then overlap.
    rule = db.session.get(Rule, row.rule_id, with_for_update=True) if row else None
    if row is None or rule is None:
        raise NotFound("not_found")
    if row.status != "draft":
        raise Conflict("rule_not_draft")
    if by is not None and by == row.author_id:
        raise Forbidden("rule_own_draft")
    _make_room(row)
    values = {"status": "approved", "approver_id": by, "approved_at": at}
    taken = conn().execute(
        update(RuleVersion).where(RuleVersion.id == version_id, RuleVersion.status == "draft").values(values)
    )
    if not taken.rowcount:
        raise Conflict("rule_not_draft")
    _note(by, "rule.approved", rule, row, at)
    payload = {"branch_id": rule.branch_id, "from": row.effective_from.isoformat()}
    outbox.put("rules_changed", f"{rule.branch_id}|{row.effective_from}", payload, at, bulk=True)


def seed_defaults(*, branch_id: int, currency: str, effective_from: date, at: datetime) -> list[int]:
    """The four rules every branch starts with, approved; their ids. Nothing when the branch has rules."""
    if conn().scalar(select(Rule.id).where(Rule.branch_id == branch_id).limit(1)):
        return []
    unit, made = 10 ** exponent(currency), []
    for kind, amounts in _STARTING.items():
        rule = conn().execute(
            insert(Rule).values(branch_id=branch_id, code=kind, kind=kind, priority=_priority(kind)).returning(Rule.id)
        )
        rule_id = rule.scalar_one()
        params = complete_params(kind, {"amount": amounts.get(currency, _USUALLY) * unit})
        conn().execute(
            insert(RuleVersion).values(
                rule_id=rule_id,
                n=1,
                effective_from=effective_from,
                params=params,
                status="approved",
                created_at=at,
                approved_at=at,
            )  # fmt: skip
        )
        made.append(rule_id)
    return made


def _make_room(new: RuleVersion) -> None:
    """Approved ranges of one rule never overlap: the newest decision wins."""
    others = select(RuleVersion).where(
        RuleVersion.rule_id == new.rule_id, RuleVersion.status == "approved", RuleVersion.id != new.id
    )
    for other in db.session.scalars(others):
        if other.effective_to is not None and other.effective_to < new.effective_from:
            continue
        if new.effective_to is not None and new.effective_to < other.effective_from:
            continue
        if new.effective_to is not None and (other.effective_to is None or other.effective_to > new.effective_to):
            raise Invalid("rule_leaves_gap", "effective_to", n=other.n)
        if other.effective_from >= new.effective_from:
            other.status = "retired"
        else:
            other.effective_to = new.effective_from - timedelta(days=1)
    db.session.flush()


def _priority(kind: str) -> int:
    return (tuple(KINDS).index(kind) + 1) * 10


def _note(by: int | None, action: str, rule: Rule, row: RuleVersion, at: datetime) -> None:
    after = {"code": rule.code, "version": row.n, "from": row.effective_from, "params": row.params}
    audit.record(
        actor_id=by, action=action, object_type="rule", object_id=rule.id, branch_id=rule.branch_id, after=after, at=at
    )


words(
    {
        "rule_range": N_("The last day must not be before the first."),
        "rule_leaves_gap": N_("Version %(n)s goes on after this one would end. Leave the last day empty."),
        "rule_not_draft": N_("Somebody already decided about this version."),
        "rule_own_draft": N_("A version is approved by somebody else than its author."),
    }
)
