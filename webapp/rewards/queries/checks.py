"""I11: what was posted for a slot adds up to what its newest revision says, here and in the ledger."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from webapp.core import triggers
from webapp.core.db import conn
from webapp.rewards.models import RepDay, SettlementLine
from webapp.wallet import queries as wallet
from webapp.wallet.rules import Problem

TABLES = ("settlement_line", "reward_rule_version")
LIMIT = 100
_PEOPLE = 500


def problems() -> list[Problem]:
    """Everything that is wrong with settled lines; at most a hundred rows per check. Empty is good."""
    checks = (_wrong_sums(), _unposted(), _wrong_days())
    found = [Problem("I11", dict(row._mapping)) for query in checks for row in conn().execute(query.limit(LIMIT))]
    return [*found, *_against_ledger(), *_missing_triggers()]


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
    """A difference without a transaction, or a transaction without a difference."""
    line = SettlementLine
    return select(line.rule_id, line.employee_id, line.period, line.revision, line.delta).where(
        or_(and_(line.delta != 0, line.txn_id.is_(None)), and_(line.delta == 0, line.txn_id.is_not(None)))
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


def _against_ledger() -> Iterator[Problem]:
    """Per person and rule, the lines and the ledger hold the same."""
    line = SettlementLine
    query = select(line.currency, line.employee_id, line.rule_id, func.sum(line.delta).label("total"))
    lines: dict[str, dict[int, dict[int, int]]] = {}
    for row in conn().execute(query.group_by(line.currency, line.employee_id, line.rule_id)):
        lines.setdefault(row.currency, {}).setdefault(row.employee_id, {})[row.rule_id] = int(row.total)
    for currency, people in lines.items():
        ids = sorted(people)
        for start in range(0, len(ids), _PEOPLE):
            booked = wallet.earned_between(ids[start : start + _PEOPLE], currency, None, date.max)
            for who in ids[start : start + _PEOPLE]:
                ledger = {rule: total for rule, _, total in booked.get(who, ()) if rule is not None}
                yield from _differences(who, currency, people[who], ledger)


def _differences(who: int, currency: str, lines: dict[int, int], ledger: dict[int, int]) -> Iterator[Problem]:
    for rule in sorted({*lines, *ledger}):
        said, held = lines.get(rule, 0), ledger.get(rule, 0)
        if said != held:
            where = {"employee": who, "currency": currency, "rule": rule, "lines": said, "ledger": held}
            yield Problem("I11", where)


def _missing_triggers() -> Iterator[Problem]:
    there = triggers.present(conn())
    expected = triggers.names(conn().dialect.name, TABLES)
    yield from (Problem("I8", {"trigger": name}) for name in expected if name not in there)
