"""A small believable company for browser, crash and permission tests: two branches, every role, three shops."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from tests import factories
from webapp.core.db import db
from webapp.core.security import hash_password
from webapp.people.models import Branch, Employee, Team
from webapp.sites.models import Site, StoreType

PASSWORD = "onsite-demo"
# Shop 1 is where the phones of the browser tests stand; shop 2 is next door, shop 3 across the river.
PLACES = ((31.23045, 121.47375), (31.23065, 121.47405), (31.23970, 121.49970))


@dataclass(frozen=True)
class Company:
    """Staff numbers: R001 R002 S001 S002 (client's staff) H001 F001 A001; the other branch has R101 S101 H101 F101.

    R001, R002 and S001 are one team.
    """

    branch: Branch
    other_branch: Branch
    people: dict[str, Employee]
    store_type: StoreType
    other_store_type: StoreType
    sites: tuple[Site, ...]
    other_site: Site


def build() -> Company:
    """Needs an app context on an empty database."""
    shanghai = factories.branch("SH")
    singapore = factories.branch(
        "SG", name="Singapore", timezone="Asia/Singapore", currency="SGD", language="en", country="SG"
    )
    people = _people(shanghai, singapore)
    kind, other_kind = factories.store_type(shanghai), factories.store_type(singapore)
    sites = tuple(
        factories.site(kind, people["S001"], name=f"Shop {n}", code=f"SH00{n}", lat=lat, lng=lng)
        for n, (lat, lng) in enumerate(PLACES, 1)
    )
    other = factories.site(other_kind, people["S101"], name="Raffles", code="SG001", lat=1.2839, lng=103.8515)
    return Company(shanghai, singapore, people, kind, other_kind, sites, other)


def find() -> Company:
    """The company of this database, as `build` made it. Needs an app context."""
    people = {person.staff_no: person for person in db.session.scalars(select(Employee))}
    shanghai, singapore = db.session.scalars(select(Branch).order_by(Branch.id))
    kind, other_kind = db.session.scalars(select(StoreType).order_by(StoreType.id))
    *sites, other = db.session.scalars(select(Site).order_by(Site.id))
    return Company(shanghai, singapore, people, kind, other_kind, tuple(sites), other)


def _people(shanghai: Branch, singapore: Branch) -> dict[str, Employee]:
    password_hash = hash_password(PASSWORD)
    roles = {"R": "rep", "S": "supervisor", "H": "hr", "F": "finance", "A": "admin"}
    team = factories.save(Team(branch_id=shanghai.id, name="Team 1"))
    names = {"R001": "Li Na", "R002": "王伟", "S001": "Chen Jie", "S002": "Zhao Lei", "H001": "Lin Mei", "A001": "Ada"}
    return {
        staff_no: factories.employee(
            singapore if staff_no[1] == "1" else shanghai,
            role=roles[staff_no[0]],
            staff_no=staff_no,
            name=names.get(staff_no, f"Person {staff_no}"),
            employer="client" if staff_no == "S002" else "own",
            password_hash=password_hash,
            team_id=team.id if staff_no in ("R001", "R002", "S001") else None,
        )
        for staff_no in ["R001", "R002", "S001", "S002", "H001", "F001", "A001", "R101", "S101", "H101", "F101"]
    }
