"""A rep and a shop in Shanghai, and taps at them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from geopy.distance import geodesic

from tests import factories
from webapp.attendance.rules import Evidence, Fix
from webapp.core.authz import BranchInfo
from webapp.core.db import do
from webapp.people.models import Branch, Employee
from webapp.sites.models import Site, StoreType
from webapp.visits import service as visits

ON = date(2026, 3, 2)


@dataclass(frozen=True)
class Subject:
    """What services need to know of a rep."""

    id: int
    branch: BranchInfo

    @property
    def branch_id(self) -> int:
        return self.branch.id


@dataclass(frozen=True)
class Field:
    branch: Branch
    kind: StoreType
    rep: Employee
    shop: Site
    me: Subject

    def moment(self, clock: str, on: date = ON) -> datetime:
        return datetime.fromisoformat(f"{on}T{clock}").replace(tzinfo=ZoneInfo(self.branch.timezone)).astimezone(UTC)


def field(shop: dict[str, Any] | None = None, kind: dict[str, Any] | None = None, **branch: Any) -> Field:
    """A branch with one store type (09:00-18:00, grace 20), one shop of 150 m and one rep."""
    made = factories.branch(**branch)
    store_type = factories.store_type(made, **(kind or {}))
    rep = factories.employee(made)
    return Field(made, store_type, rep, factories.site(store_type, **(shop or {})), subject(rep, made))


def subject(rep: Employee, branch: Branch) -> Subject:
    names = BranchInfo.__dataclass_fields__
    return Subject(rep.id, BranchInfo(**{name: getattr(branch, name) for name in names}))


def evidence(site: Site | None, at: datetime, metres: float = 0, accuracy: float = 10, **known: Any) -> Evidence:
    """What a phone `metres` east of the site says; site None: a phone without a position."""
    values: dict[str, Any] = {"client_id": str(uuid4()), "tapped_at": at, "no_fix": None if site else "denied"}
    if site is not None:
        there = geodesic(meters=metres).destination((site.lat, site.lng), 90)
        values["fix"] = Fix(there.latitude, there.longitude, accuracy, at)
    return Evidence(**{**values, **known})


def arrive(f: Field, clock: str, metres: float = 0, *, on: date = ON, site: Site | None = None, **known: Any) -> Any:
    """Check in at the field's shop (or `site`) at a local time; the CheckInResult."""
    at, place = f.moment(clock, on), site or f.shop
    said = known.pop("said", None) or evidence(place, at, metres, **known)
    return do(visits.check_in, rep=f.me, evidence=said, site_id=place.id, at=at)


def leave(f: Field, arrived: Any, clock: str, *, on: date = ON, outcome: str = "order", said: Any = None) -> Any:
    """Check out of the visit `arrived` opened."""
    at = f.moment(clock, on)
    finish = visits.Finish(check_in=client_id_of(arrived), outcome=outcome)
    return do(visits.check_out, rep=f.me, evidence=said or evidence(f.shop, at), finish=finish, at=at)


def client_id_of(arrived: Any) -> str:
    from webapp.attendance.models import CheckIn
    from webapp.core.db import db

    found = db.session.get(CheckIn, arrived.recorded.check_in_id)
    db.session.remove()
    return found.client_id
