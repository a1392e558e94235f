"""Positions somebody gave when they proposed something."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from webapp.core.db import conn
from webapp.sites.models import NewSite, Site, SiteProposal

MOST = 20


@dataclass(frozen=True, slots=True)
class Given:
    """position: exact | coarse | none. An exact one waits for the decision (`is_open`) before it gets coarse."""

    store: str
    at: datetime
    position: str
    accuracy_m: float | None
    is_open: bool


def positions_given(employee_id: int, limit: int = MOST) -> list[Given]:
    """With the positions of listed stores and the stores no list had; newest first."""
    listed = _of(SiteProposal, Site.name).join(Site, Site.id == SiteProposal.site_id)
    queries = [(SiteProposal, listed), (NewSite, _of(NewSite, NewSite.name))]
    found = [
        _given(*row)
        for model, query in queries
        for row in conn().execute(query.where(model.employee_id == employee_id).order_by(model.id.desc()).limit(limit))
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)[:limit]


def _of(model: type[SiteProposal] | type[NewSite], name: Any) -> Select[Any]:
    return select(name, model.proposed_at, model.lat, model.accuracy_m, model.coarse_at, model.state)


def _given(
    name: str, at: datetime, lat: float | None, accuracy_m: float | None, coarse_at: datetime | None, state: str
) -> Given:
    position = "none" if lat is None else "coarse" if coarse_at else "exact"
    return Given(name, at, position, accuracy_m, state == "open")
