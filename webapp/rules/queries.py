"""Reading reward rules: which version is in force on which work date."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, select

from webapp.core.db import conn
from webapp.people.models import Branch, Employee
from webapp.rules.models import Rule, RuleVersion
from webapp.rules.rules import RuleInForce


@dataclass(frozen=True, slots=True)
class Ranges:
    """The approved versions of one branch by priority, and what settling needs to know of the branch itself."""

    branch_id: int
    currency: str
    timezone: str
    settled_from: date
    settled_through: date | None
    versions: tuple[tuple[RuleInForce, date, date | None], ...] = ()

    def on(self, work_date: date) -> tuple[RuleInForce, ...]:
        """The rules in force on a work date."""
        return tuple(
            rule for rule, first, last in self.versions if first <= work_date and (last is None or work_date <= last)
        )


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version as the rules page shows it."""

    id: int
    rule_id: int
    branch_id: int
    store_type_id: int | None
    code: str
    kind: str
    n: int
    params: dict
    status: str
    effective_from: date
    effective_to: date | None
    author: str | None
    approver: str | None


# Plain tables: a statement of mapped attributes takes ten times as long to find in the cache of compiled ones.
_branch, _rule, _version_of = Branch.__table__, Rule.__table__, RuleVersion.__table__
_HEAD = tuple(_branch.c[name] for name in ("id", "currency", "timezone", "settled_from", "settled_through"))
_BODY = (
    _rule.c.id, _version_of.c.id, _version_of.c.n, _rule.c.code, _rule.c.kind, _version_of.c.params,
    _rule.c.store_type_id, _version_of.c.effective_from, _version_of.c.effective_to,
)  # fmt: skip
_WIDTH = len(_HEAD) + len(_BODY)
_AUTHOR, _APPROVER = Employee.__table__.alias("author"), Employee.__table__.alias("approver")


def in_force(branch_id: int, work_date: date) -> tuple[RuleInForce, ...]:
    return ranges(branch_id).on(work_date)


def ranges(branch_id: int) -> Ranges:
    """All approved versions of a branch, for many dates at once; one statement."""
    return ranges_of([branch_id])[branch_id]


def ranges_of(branch_ids: Collection[int]) -> dict[int, Ranges]:
    """{branch_id: Ranges} of several branches; one statement."""
    return _read(conn().execute(_RANGES, {"branches": list(branch_ids)}))


def with_ranges(query: Select[Any], branch_id: ColumnElement[int]) -> Select[Any]:
    """`query` with the branch's versions as last columns, a row for each; read them with `ranges_in`."""
    joined = _with_versions(query.add_columns(*_HEAD, *_BODY).join(_branch, _branch.c.id == branch_id))
    return joined.order_by(_rule.c.priority, _rule.c.id, _version_of.c.n)


def ranges_in(rows: Iterable[Sequence[Any]]) -> dict[int, Ranges]:
    """{branch_id: Ranges} from rows of a query `with_ranges`."""
    return _read(row[-_WIDTH:] for row in rows)


def approved_since(branch_id: int, work_date: date, since: datetime) -> bool:
    """A version that may say something about a work date was approved after a moment."""
    about = (Rule.branch_id == branch_id, RuleVersion.effective_from <= work_date, RuleVersion.approved_at >= since)
    query = select(RuleVersion.id).join(Rule, Rule.id == RuleVersion.rule_id).where(*about).limit(1)
    return conn().execute(query).first() is not None


def versions(branch_ids: Collection[int]) -> list[VersionRow]:
    """Every version of the branches' rules, newest first within a rule."""
    rows = conn().execute(_listed().where(Rule.branch_id.in_(list(branch_ids))))
    return [_version(row) for row in rows]


def _read(rows: Iterable[Sequence[Any]]) -> dict[int, Ranges]:
    heads: dict[int, tuple] = {}
    found: dict[int, list[tuple[RuleInForce, date, date | None]]] = {}
    for row in rows:
        heads[row[0]] = tuple(row[:5])
        mine = found.setdefault(row[0], [])
        if row[6] is not None:
            mine.append((RuleInForce(*row[5:12]), row[12], row[13]))
    return {branch: Ranges(*head, tuple(found[branch])) for branch, head in heads.items()}


def _with_versions(query: Select[Any]) -> Select[Any]:
    return query.outerjoin(_rule, _rule.c.branch_id == _branch.c.id).outerjoin(
        _version_of, and_(_version_of.c.rule_id == _rule.c.id, _version_of.c.status == "approved")
    )


_RANGES = (
    _with_versions(select(*_HEAD, *_BODY).select_from(_branch))
    .where(_branch.c.id.in_(bindparam("branches", expanding=True)))
    .order_by(_rule.c.priority, _rule.c.id, _version_of.c.n)
)


def _listed():  # type: ignore[no-untyped-def]
    return (
        select(
            RuleVersion.id,
            RuleVersion.rule_id,
            Rule.branch_id,
            Rule.store_type_id,
            Rule.code,
            Rule.kind,
            RuleVersion.n,
            RuleVersion.params,
            RuleVersion.status,
            RuleVersion.effective_from,
            RuleVersion.effective_to,
            _AUTHOR.c.name,
            _APPROVER.c.name,
        )
        .join(Rule, Rule.id == RuleVersion.rule_id)
        .outerjoin(_AUTHOR, _AUTHOR.c.id == RuleVersion.author_id)
        .outerjoin(_APPROVER, _APPROVER.c.id == RuleVersion.approver_id)
        .order_by(Rule.branch_id, Rule.priority, Rule.id, RuleVersion.n.desc())
    )


def _version(row: Row) -> VersionRow:
    return VersionRow(*row)
