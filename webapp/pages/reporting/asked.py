"""What a report is asked: everything comes from the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from pydantic import Field

from webapp.attendance.queries.reports import Scope
from webapp.core import clock
from webapp.core.authz import SignedIn
from webapp.core.errors import N_, Invalid, NotFound, words
from webapp.core.forms import Bound, Form, read_form
from webapp.core.i18n import lang
from webapp.people import queries as people
from webapp.people.models import Branch
from webapp.sites import queries as sites

USUAL, MOST = 28, 92
"""Days: whole weeks, so that both periods hold the same weekdays; about a quarter."""
_EARLIEST, _LATEST = date(2000, 1, 1), date(2099, 12, 31)


class AskedForm(Form):
    since: date | None = Field(None, ge=_EARLIEST, le=_LATEST)
    until: date | None = Field(None, ge=_EARLIEST, le=_LATEST)
    branch_id: int | None = None
    team_id: int | None = None
    store_type_id: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """`scope` is None when the dates make no period; `form` says why."""

    form: Bound[Any]
    scope: Scope | None
    branches: Sequence[Branch]
    teams: Sequence[tuple[int, str]]
    types: Sequence[tuple[int, str]]
    narrow: bool = False
    """Charts are for a phone."""
    stores: Sequence[tuple[int, str]] = ()
    """Those of a supervisor."""

    @property
    def zones(self) -> dict[int, ZoneInfo]:
        return {branch.id: ZoneInfo(branch.timezone) for branch in self.branches}


def asked(user: SignedIn, by: Sequence[str]) -> Asked:
    """`by`: what the report can be counted by, the usual first. Raises NotFound for what is not theirs to see."""
    form = read_form(AskedForm, request.args)
    branches = people.branches(user.branch_ids)
    several = {branch.id: branch.name for branch in branches} if len(branches) > 1 else {}
    teams = [(one.id, _at(several, one.branch_id, one.name)) for one in people.teams(user.branch_ids)]
    types = [
        (one.id, _at(several, one.branch_id, one.name_zh if lang() == "zh" else one.name_en))
        for one in sites.store_types(user.branch_ids)
    ]
    scope = _scope(form, user, by, {one[0] for one in teams}, {one[0] for one in types}) if form.ok else None
    return Asked(form, scope if form.ok else None, branches, teams, types)


def _scope(form: Bound[AskedForm], user: SignedIn, by: Sequence[str], teams: set[int], types: set[int]) -> Scope:
    data = form.data
    for value, known in ((data.branch_id, set(user.branch_ids)), (data.team_id, teams), (data.store_type_id, types)):
        if value is not None and value not in known:
            raise NotFound("not_found")
    until = data.until or max(_yesterday(user), data.since or _EARLIEST)
    since = data.since or until - timedelta(days=USUAL - 1)
    form.values.update(since=since.isoformat(), until=until.isoformat())
    if since > until:
        form.fail(Invalid("report_backwards", "since"))
    elif (until - since).days >= MOST:
        form.fail(Invalid("report_too_long", "since", limit=MOST))
    wanted = request.args.get("by", "")
    return Scope(
        branch_ids=(data.branch_id,) if data.branch_id else user.branch_ids,
        since=since,
        until=until,
        team_id=data.team_id,
        store_type_id=data.store_type_id,
        by=wanted if wanted in by else by[0],
    )


def _at(several: dict[int, str], branch_id: int, name: str) -> str:
    return f"{several[branch_id]} · {name}" if several else name


def _yesterday(user: SignedIn) -> date:
    return clock.now().astimezone(user.branch.zone).date() - timedelta(days=1)


words(
    {
        "report_backwards": N_("This is after the last day. Choose an earlier first day."),
        "report_too_long": N_("A report covers at most %(limit)s days. Choose a later first day."),
    }
)
