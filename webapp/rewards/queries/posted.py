"""What was posted for rep-days, for telling the people it belongs to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, select

from webapp.core.db import conn
from webapp.people.models import Branch
from webapp.rewards.models import RepDay, SettlementLine
from webapp.rewards.queries.days import Pair
from webapp.rules.models import Rule

_day, _line = RepDay.__table__, SettlementLine.__table__
_before = _line.alias("before")
_TOTALS = (
    select(_day.c.employee_id, _day.c.work_date, _day.c.posted, Branch.currency)
    .join(Branch, Branch.id == _day.c.branch_id)
    .where(
        _day.c.employee_id.in_(bindparam("ids", expanding=True)),
        _day.c.work_date.in_(bindparam("dates", expanding=True)),
        _day.c.state == "settled",
        _day.c.posted != 0,
    )
    .order_by(_day.c.employee_id)
)
_POSTED = (
    select(
        _line.c.employee_id, _line.c.work_date, _line.c.posted_at, _line.c.rule_id, _line.c.revision, Rule.kind,
        _line.c.delta, _line.c.currency, _line.c.txn_id, _day.c.posted, _day.c.state == "settled",
        _line.c.explain, _before.c.explain,
    )
    .join(Rule, Rule.id == _line.c.rule_id)
    .join(_day, and_(_day.c.employee_id == _line.c.employee_id, _day.c.work_date == _line.c.work_date))
    .outerjoin(
        _before,
        and_(
            *(_before.c[name] == _line.c[name] for name in ("rule_id", "employee_id", "period")),
            _before.c.revision == _line.c.revision - 1,
        ),
    )
    .where(
        _line.c.employee_id.in_(bindparam("ids", expanding=True)),
        _line.c.work_date.in_(bindparam("dates", expanding=True)),
        _line.c.posted_at >= bindparam("since"),
        _line.c.cause != "due",
        _line.c.delta != 0,
    )
    .order_by(_line.c.employee_id, _line.c.work_date, _line.c.posted_at, _line.c.rule_id)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Total:
    employee_id: int
    work_date: date
    total: int
    currency: str


@dataclass(frozen=True, slots=True)
class Posted:
    """One posted line; `total` and `settled` say what the whole rep-day has come to. `lines` explain it, `before`
    what was posted before it.
    """

    employee_id: int
    work_date: date
    posted_at: datetime
    rule_id: int
    revision: int
    rule: str
    delta: int
    currency: str
    txn_id: int | None
    total: int
    settled: bool
    lines: Any
    before: Any


def settled_totals(pairs: Collection[Pair]) -> list[Total]:
    """Settled rep-days that are worth something."""
    wanted = set(pairs)
    rows = conn().execute(_TOTALS, _asked(wanted)) if wanted else ()
    return [Total(*row) for row in rows if (row.employee_id, row.work_date) in wanted]


def posted_since(pairs: Collection[Pair], since: datetime) -> list[Posted]:
    """Lines that changed what a rep-day is worth outside its due settlement, by person, date and moment."""
    wanted = set(pairs)
    rows = conn().execute(_POSTED, {**_asked(wanted), "since": since}) if wanted else ()
    return [Posted(*row) for row in rows if (row.employee_id, row.work_date) in wanted]


def _asked(pairs: set[Pair]) -> dict[str, list[object]]:
    return {"ids": sorted({who for who, _ in pairs}), "dates": sorted({on for _, on in pairs})}
