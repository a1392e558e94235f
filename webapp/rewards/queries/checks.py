"""I11: what was posted for a slot adds up to what its newest revision says, here and in the ledger."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from webapp.core import triggers
from webapp.core.db import conn
from webapp.rewards.models import RepDay, SettlementLine
from webapp.wallet import queries as wallet
from webapp.wallet.rules import Problem

TABLES = ("settlement_line", "reward_rule_version")
LIMIT = 100


def problems() -> list[Problem]:
    """Everything that is wrong with settled lines; at most a hundred rows per check. Empty is good."""
    checks = (_wrong_sums(), _unposted(), _unexplained(), _wrong_days(), _dayless())
    found = [Problem("I11", dict(row._mapping)) for query in checks for row in conn().execute(query.limit(LIMIT))]
    return [*found, *_missing_triggers()]


def _slots() -> Any:
    """Each slot with the sum of its differences and its newest revision."""
    line = SettlementLine
    return (
        select(
            line.rule_id,
            line.employee_id,
            line.period,
            func.sum(line.delta).label("posted"),
            func.max(line.revision).label("newest"),
            func.count().label("revisions"),
        )
        .group_by(line.rule_id, line.employee_id, line.period)
        .subquery()
    )


def _wrong_sums() -> Select[Any]:
    slots, line = _slots(), SettlementLine
    same = and_(
        line.rule_id == slots.c.rule_id,
        line.employee_id == slots.c.employee_id,
        line.period == slots.c.period,
        line.revision == slots.c.newest,
    )
    return (
        select(slots.c.rule_id, slots.c.employee_id, slots.c.period, slots.c.posted, line.amount)
        .join(line, same)
        .where(or_(slots.c.posted != line.amount, slots.c.newest != slots.c.revisions))
    )


def _unposted() -> Select[Any]:
    """A difference without the transaction that booked just this, or a transaction without a difference."""
    line, booked = SettlementLine, wallet.booked_rewards()
    same = and_(
        booked.c.id == line.txn_id,
        booked.c.employee_id == line.employee_id,
        booked.c.currency == line.currency,
        booked.c.amount == line.delta,
        booked.c.rule_id == line.rule_id,
    )
    return (
        select(line.rule_id, line.employee_id, line.period, line.revision, line.delta, line.txn_id)
        .outerjoin(booked, same)
        .where(or_(and_(line.delta != 0, booked.c.id.is_(None)), and_(line.delta == 0, line.txn_id.is_not(None))))
    )


def _unexplained() -> Select[Any]:
    """A reward in the ledger that no line was posted for, or more than one."""
    line, booked = SettlementLine, wallet.booked_rewards()
    return (
        select(booked.c.id.label("txn"), booked.c.employee_id, booked.c.amount, func.count(line.txn_id).label("lines"))
        .outerjoin(line, line.txn_id == booked.c.id)
        .group_by(booked.c.id, booked.c.employee_id, booked.c.amount)
        .having(func.count(line.txn_id) != 1)
    )


def _wrong_days() -> Select[Any]:
    """The rep-day says the same as its lines."""
    total = func.coalesce(func.sum(SettlementLine.delta), 0)
    return (
        select(RepDay.employee_id, RepDay.work_date, RepDay.posted, total.label("lines"))
        .outerjoin(
            SettlementLine,
            and_(SettlementLine.employee_id == RepDay.employee_id, SettlementLine.work_date == RepDay.work_date),
        )
        .group_by(RepDay.employee_id, RepDay.work_date, RepDay.posted)
        .having(RepDay.posted != total)
    )


def _dayless() -> Select[Any]:
    """A line belongs to a rep-day."""
    line = SettlementLine
    day = and_(RepDay.employee_id == line.employee_id, RepDay.work_date == line.work_date)
    return select(line.employee_id, line.work_date).distinct().outerjoin(RepDay, day).where(RepDay.work_date.is_(None))


def _missing_triggers() -> Iterator[Problem]:
    there = triggers.present(conn())
    expected = triggers.names(conn().dialect.name, TABLES)
    yield from (Problem("I8", {"trigger": name}) for name in expected if name not in there)
