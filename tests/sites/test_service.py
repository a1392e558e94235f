"""Editing sites, store types and proposed positions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from tests import factories as make
from webapp.core import clock, ids
from webapp.core.audit import AuditEntry
from webapp.core.authz import BranchInfo, Role, SignedIn
from webapp.core.db import db, do, transaction
from webapp.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from webapp.people.models import Branch, Employee
from webapp.sites import queries, rules, service
from webapp.sites.models import Site, SiteProposal, StoreType
from webapp.sites.rules import Datum, SiteFields

TRUE = (31.2304, 121.4737)


def signed(person: Employee, *branch_ids: int) -> SignedIn:
    branch = db.session.get_one(Branch, person.branch_id)
    info = BranchInfo(**{name: getattr(branch, name) for name in BranchInfo.__dataclass_fields__})
    shown = {"employer": "own", "language": "en", "theme": "auto", "text_size": "normal", "sign_in_id": 1}
    known = {"id": person.id, "staff_no": person.staff_no, "name": person.name, "role": Role(person.role)}
    return SignedIn(**known, **shown, branch=info, branch_ids=branch_ids or (person.branch_id,))


@pytest.fixture
def branch(app: Any) -> Branch:
    return make.branch()


@pytest.fixture
def hr(branch: Branch) -> SignedIn:
    return signed(make.employee(branch, "hr"))


@pytest.fixture
def fields(branch: Branch) -> SiteFields:
    return SiteFields("SH1", "Shop", make.store_type(branch).id, TRUE, Datum.WGS84)


def create(hr: SignedIn, fields: SiteFields) -> Site:
    made = do(service.create_site, by=hr, branch_id=hr.branch_id, fields=fields, at=clock.now())
    return db.session.get_one(Site, made)


def update(hr: SignedIn | None, site: Site, fields: SiteFields, version: int | None = None) -> Site:
    do(service.update_site, by=hr, site_id=site.id, version=version, fields=fields, at=clock.now())
    return db.session.get_one(Site, site.id)


def refusal(run: Any) -> DomainError:
    with pytest.raises(DomainError) as refused:
        run()
    return refused.value


def test_t9_a_declared_position_is_converted_and_what_was_typed_is_kept(hr: SignedIn, fields: SiteFields) -> None:
    typed = rules.from_wgs84(*TRUE, Datum.BD09)
    site = create(hr, replace(fields, place=typed, datum=Datum.BD09))
    assert rules.distance_m((site.lat, site.lng), TRUE) < 0.01
    assert (site.source_lat, site.source_lng, site.datum) == (*typed, "bd09")


def test_t9_reading_the_same_numbers_in_another_system_moves_the_fence(hr: SignedIn, fields: SiteFields) -> None:
    site = create(hr, replace(fields, place=rules.from_wgs84(*TRUE, Datum.GCJ02)))
    do(service.reread_position, by=hr, site_id=site.id, version=1, datum=Datum.GCJ02, at=clock.now())
    site = db.session.get_one(Site, site.id)
    assert rules.distance_m((site.lat, site.lng), TRUE) < 0.01
    assert (site.version, site.fence_version) == (2, 2)


def test_a_fence_version_counts_changes_of_place_and_radius_only(hr: SignedIn, fields: SiteFields) -> None:
    site = create(hr, fields)
    assert update(hr, site, replace(fields, name="Other")).fence_version == 1
    assert update(hr, site, replace(fields, radius_m=200)).fence_version == 2
    assert update(hr, site, replace(fields, radius_m=200, place=(31.0, 121.0))).fence_version == 3
    assert update(hr, site, replace(fields, radius_m=200, place=None)).lat is None


def test_every_change_is_audited_with_what_was_before(hr: SignedIn, fields: SiteFields) -> None:
    site = create(hr, fields)
    update(hr, site, replace(fields, name="New name"))
    update(hr, site, replace(fields, name="New name"))
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == ["site.created", "site.changed"]
    assert (entries[1].before, entries[1].after) == ({"name": "Shop"}, {"name": "New name"})


def test_two_people_editing_the_second_is_told(hr: SignedIn, fields: SiteFields) -> None:
    site = create(hr, fields)
    update(hr, site, replace(fields, name="First"), version=1)
    assert isinstance(refusal(lambda: update(hr, site, replace(fields, name="Second"), version=1)), Conflict)


@pytest.mark.parametrize("radius", [29, 2001, 0, -150])
def test_t1_a_radius_out_of_bounds_is_refused(hr: SignedIn, fields: SiteFields, radius: int) -> None:
    assert refusal(lambda: create(hr, replace(fields, radius_m=radius))).field == "radius_m"


@pytest.mark.parametrize("radius", [30, 2000])
def test_t1_the_bounds_themselves_are_fine(hr: SignedIn, fields: SiteFields, radius: int) -> None:
    assert create(hr, replace(fields, radius_m=radius)).radius_m == radius


def test_what_does_not_belong_to_the_branch_is_no_choice(hr: SignedIn, fields: SiteFields, branch: Branch) -> None:
    elsewhere = make.branch()
    foreign = {
        "store_type_id": make.store_type(elsewhere).id,
        "supervisors": (make.employee(elsewhere, "supervisor").id,),
    }
    for field, value in foreign.items():
        assert refusal(lambda f=field, v=value: create(hr, replace(fields, **{f: v}))).field == field
    rep = make.employee(branch)
    assert refusal(lambda: create(hr, replace(fields, supervisors=(rep.id,)))).field == "supervisors"
    create(hr, fields)
    assert refusal(lambda: create(hr, fields)).field == "code"


def test_supervisors_come_and_go(hr: SignedIn, fields: SiteFields, branch: Branch) -> None:
    one, two = (make.employee(branch, "supervisor").id for _ in range(2))
    site = create(hr, replace(fields, supervisors=(one,)))
    update(hr, site, replace(fields, supervisors=(two,)))
    assert queries.detail(hr, site.id)[1] == [two]


def test_hr_of_another_branch_sees_no_site_and_supervisors_change_none(hr: SignedIn, fields: SiteFields) -> None:
    boss = make.employee(db.session.get_one(Branch, hr.branch_id), "supervisor")
    site = create(hr, replace(fields, supervisors=(boss.id,)))
    stranger = signed(make.employee(make.branch(), "hr"))
    assert isinstance(refusal(lambda: update(stranger, site, fields)), NotFound)
    assert isinstance(refusal(lambda: update(signed(boss), site, fields)), Forbidden)


def test_archiving_hides_and_keeps(hr: SignedIn, fields: SiteFields) -> None:
    site = create(hr, fields)
    for _ in range(2):
        do(service.archive_site, by=hr, site_id=site.id, at=clock.now())
    assert queries.near(hr.branch_id, *TRUE) == []
    do(service.unarchive_site, by=hr, site_id=site.id, at=clock.now())
    assert len(queries.near(hr.branch_id, *TRUE)) == 1
    assert len(db.session.scalars(select(AuditEntry)).all()) == 3


class TestProposals:
    @pytest.fixture
    def rep(self, branch: Branch) -> SignedIn:
        return signed(make.employee(branch))

    @pytest.fixture
    def boss(self, branch: Branch) -> SignedIn:
        return signed(make.employee(branch, "supervisor"))

    @pytest.fixture
    def site(self, hr: SignedIn, boss: SignedIn, fields: SiteFields) -> Site:
        return create(hr, replace(fields, place=None, supervisors=(boss.id,)))

    def propose(self, rep: SignedIn, site: Site, **known: Any) -> int:
        said = {"client_id": ids.new_id(), "lat": TRUE[0], "lng": TRUE[1], "accuracy_m": 12.0, **known}
        return do(service.propose_position, rep=rep, site_id=site.id, at=clock.now(), **said)

    def decide(self, by: SignedIn, proposal_id: int, decision: str = "approved", reason: str | None = None) -> None:
        do(
            service.decide_proposal,
            by=by,
            proposal_id=proposal_id,
            decision=decision,
            reason=reason,
            at=clock.now(),
        )

    def test_the_supervisor_of_the_site_approves_and_the_site_is_placed(
        self, rep: SignedIn, boss: SignedIn, site: Site
    ) -> None:
        first, second = self.propose(rep, site), self.propose(rep, site, lat=31.0)
        assert [(found.id, found.by_name) for found in queries.proposals(boss)][0] == (first, rep.name)
        self.decide(boss, first)
        db.session.expire_all()
        placed = db.session.get_one(Site, site.id)
        assert (placed.lat, placed.lng, placed.datum, placed.fence_version) == (*TRUE, "wgs84", 2)
        assert db.session.get_one(SiteProposal, second).state == "rejected"
        assert queries.open_count(boss) == 0
        assert isinstance(refusal(lambda: self.propose(rep, site)), Conflict)

    def test_what_the_office_placed_meanwhile_is_not_moved(
        self, rep: SignedIn, boss: SignedIn, hr: SignedIn, site: Site, fields: SiteFields
    ) -> None:
        proposal = self.propose(rep, site, lat=31.0)
        update(hr, site, replace(fields, supervisors=(boss.id,)))
        assert (queries.proposals(boss), queries.open_count(hr)) == ([], 0)
        assert refusal(lambda: self.decide(boss, proposal)).code == "site_placed"
        db.session.expire_all()
        assert db.session.get_one(Site, site.id).lat == TRUE[0]

    def test_an_archived_site_asks_nobody(self, rep: SignedIn, boss: SignedIn, hr: SignedIn, site: Site) -> None:
        self.propose(rep, site)
        do(service.archive_site, by=hr, site_id=site.id, at=clock.now())
        assert (queries.open_count(boss), queries.open_count(hr)) == (0, 0)

    def test_the_same_id_again_is_the_same_proposal(self, rep: SignedIn, site: Site) -> None:
        key = ids.new_id()
        assert self.propose(rep, site, client_id=key) == self.propose(rep, site, client_id=key)

    @pytest.mark.parametrize(
        "said", [{"lat": 0, "lng": 0}, {"lat": None}, {"accuracy_m": 201.0}, {"accuracy_m": float("nan")}]
    )
    def test_t3_a_poor_position_is_refused(self, rep: SignedIn, site: Site, said: dict[str, Any]) -> None:
        assert isinstance(refusal(lambda: self.propose(rep, site, **said)), Invalid)

    def test_others_and_oneself_cannot_decide_and_nobody_twice(
        self, rep: SignedIn, boss: SignedIn, hr: SignedIn, branch: Branch, site: Site
    ) -> None:
        proposal = self.propose(rep, site)
        other = signed(make.employee(branch, "supervisor"))
        assert isinstance(refusal(lambda: self.decide(other, proposal)), NotFound)
        own = self.propose(boss, site)
        assert isinstance(refusal(lambda: self.decide(boss, own)), Forbidden)
        assert refusal(lambda: self.decide(hr, proposal, "rejected")).field == "reason"
        self.decide(hr, proposal, "rejected", "Another street")
        told = refusal(lambda: self.decide(boss, proposal))
        assert (told.code, told.params) == ("proposal_decided", {"name": hr.name})


CORNERS = tuple((TRUE[0] + y, TRUE[1] + x) for y, x in ((1e-3, 1e-3), (-1e-3, 1e-3), (-1e-3, -1e-3), (1e-3, -1e-3)))


@pytest.mark.parametrize("datum", Datum)
def test_t9_an_outline_is_converted_and_a_save_without_a_change_is_none(
    hr: SignedIn, fields: SiteFields, datum: Datum
) -> None:
    typed = replace(
        fields,
        place=rules.from_wgs84(*TRUE, datum),
        datum=datum,
        polygon=tuple(rules.from_wgs84(*corner, datum) for corner in CORNERS),
    )
    site = create(hr, typed)
    assert rules.is_same([tuple(corner) for corner in site.polygon], CORNERS)
    shown = rules.in_datum(site.polygon, datum)
    again = update(hr, site, replace(typed, polygon=shown))
    assert (again.version, again.fence_version) == (1, 1)
    assert update(hr, site, replace(typed, polygon=shown[:3])).fence_version == 2
    gone = update(hr, site, replace(typed, polygon=()))
    assert (gone.polygon, gone.fence_version) == (None, 3)


def test_t9_rereading_a_position_takes_its_outline_along(hr: SignedIn, fields: SiteFields) -> None:
    numbers = tuple(rules.from_wgs84(*corner, Datum.GCJ02) for corner in CORNERS)
    site = create(hr, replace(fields, place=rules.from_wgs84(*TRUE, Datum.GCJ02), polygon=numbers))
    do(service.reread_position, by=hr, site_id=site.id, version=1, datum=Datum.GCJ02, at=clock.now())
    site = db.session.get_one(Site, site.id)
    assert rules.is_same([tuple(corner) for corner in site.polygon], CORNERS)


def test_an_outline_needs_its_site_and_stays_near_it(hr: SignedIn, fields: SiteFields) -> None:
    far = replace(fields, place=(TRUE[0] + 0.02, TRUE[1]), polygon=CORNERS)
    for wrong, code in (
        (replace(fields, place=None, polygon=CORNERS), "outline_without_place"),
        (far, "outline_elsewhere"),
    ):
        refused = refusal(lambda f=wrong: create(hr, f))
        assert (refused.code, refused.field) == (code, "polygon")


def test_t1_a_radius_obeys_the_policy_of_the_store_type(hr: SignedIn, fields: SiteFields, branch: Branch) -> None:
    site = create(hr, replace(fields, radius_m=500))
    with transaction():
        db.session.get_one(Branch, branch.id).fence_policy = {"radius_max": 300}
        db.session.get_one(StoreType, fields.store_type_id).fence_policy = {"radius_min": 100}
    assert update(hr, site, replace(fields, radius_m=500, name="Other")).radius_m == 500, "nobody touched it"
    for radius in (99, 301):
        refused = refusal(lambda r=radius: update(hr, site, replace(fields, radius_m=r)))
        assert (refused.field, refused.params) == ("radius_m", {"low": 100, "high": 300})
    for radius in (100, 300):
        assert update(hr, site, replace(fields, radius_m=radius)).radius_m == radius
    other = make.store_type(branch, code="mall", fence_policy={"radius_max": 200})
    assert refusal(lambda: update(hr, site, replace(fields, radius_m=300, store_type_id=other.id))).field == "radius_m"


def test_t1_an_approved_proposal_stays_within_the_bounds(hr: SignedIn, fields: SiteFields, branch: Branch) -> None:
    site = create(hr, replace(fields, place=None, radius_m=150))
    with transaction():
        db.session.get_one(Branch, branch.id).fence_policy = {"radius_min": 200}
    rep = make.employee(branch)
    proposal = do(
        service.propose_position, rep=rep, site_id=site.id, client_id=ids.new_id(),
        lat=TRUE[0], lng=TRUE[1], accuracy_m=10, at=clock.now(),
    )  # fmt: skip
    do(service.decide_proposal, by=hr, proposal_id=proposal, decision="approved", at=clock.now())
    assert db.session.get_one(Site, site.id).radius_m == 200
