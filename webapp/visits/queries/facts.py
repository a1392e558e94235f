"""Visits of many days as the rules see them; two statements."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import bindparam, select

from webapp.attendance.queries import load_facts
from webapp.attendance.rules import Assume, assumed
from webapp.core.db import conn
from webapp.rules.rules import VisitFact
from webapp.visits.models import Visit
from webapp.visits.rules import VisitRow, visit_facts

Pair = tuple[int, date]
_VISITS = select(
    Visit.employee_id, Visit.work_date, Visit.id, Visit.site_id, Visit.check_in_id, Visit.check_out_id, Visit.outcome
).where(
    Visit.employee_id.in_(bindparam("people", expanding=True)),
    Visit.work_date.in_(bindparam("dates", expanding=True)),
    Visit.state != "void",
)


def facts(pairs: Collection[Pair], assume: Mapping[Pair, Assume] | None = None) -> dict[Pair, tuple[VisitFact, ...]]:
    """Every pair's visits in order; pairs without one are left out."""
    rows = visit_rows(pairs)
    if not rows:
        return {}
    days = load_facts(rows.keys(), {person: "UTC" for person, _ in rows})
    said = assume or {}
    return {pair: visit_facts(mine, assumed(days[pair], said.get(pair))) for pair, mine in rows.items()}


def visit_rows(pairs: Collection[Pair]) -> dict[Pair, list[VisitRow]]:
    if not pairs:
        return {}
    wanted = set(pairs)
    span = {"people": sorted({person for person, _ in wanted}), "dates": sorted({on for _, on in wanted})}
    found: dict[Pair, list[VisitRow]] = defaultdict(list)
    for person, on, *visit in conn().execute(_VISITS, span):
        if (person, on) in wanted:
            found[person, on].append(VisitRow(*visit))
    return dict(found)
