"""Stores no list has: proposed once by who stands there, checked by the team's supervisor, decided by HR."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from jobs import privacy
from tests import factories as make
from tests.sites.test_service import TRUE, refusal, signed
from webapp.core import clock, ids
from webapp.core.audit import AuditEntry
from webapp.core.authz import SignedIn
from webapp.core.db import db, do, transaction
from webapp.core.errors import Conflict, Forbidden, NotFound
from webapp.notifications.models import Notice
from webapp.people.models import Branch, Team
from webapp.sites import queries, rules, service
from webapp.sites.models import NewSite, Site, StoreType
from webapp.sites.rules import Datum, SiteFields

SAID = rules.new_site("Corner  shop ", " 2nd floor", TRUE, 12.0)


@pytest.fixture
def branch(app: Flask) -> Branch:
    return make.branch()


@pytest.fixture
def team(branch: Branch) -> Team:
    return make.save(Team(branch_id=branch.id, name="Team"))


@pytest.fixture
def rep(branch: Branch, team: Team) -> SignedIn:
    return signed(make.employee(branch, team_id=team.id))


@pytest.fixture
def boss(branch: Branch, team: Team) -> SignedIn:
    return signed(make.employee(branch, "supervisor", team_id=team.id))


@pytest.fixture
def hr(branch: Branch) -> SignedIn:
    return signed(make.employee(branch, "hr"))


@pytest.fixture
def fields(branch: Branch) -> SiteFields:
    return SiteFields("SH1", "Corner shop", make.store_type(branch).id, TRUE, Datum.WGS84)


def propose(rep: SignedIn, said: rules.NewSiteFields = SAID, **known: Any) -> int:
    return do(service.propose_new_site, rep=rep, fields=said, at=clock.now(), **{"client_id": ids.new_id(), **known})


def decide(verb: Callable[..., Any], by: SignedIn, proposal_id: int, **values: Any) -> Any:
    return do(verb, by=by, proposal_id=proposal_id, at=clock.now(), **values)


def told(person_id: int) -> list[str]:
    return list(db.session.scalars(select(Notice.code).where(Notice.employee_id == person_id).order_by(Notice.id)))


def row(proposal_id: int) -> NewSite:
    db.session.remove()
    return db.session.get_one(NewSite, proposal_id)


def test_what_is_said_is_cleaned_and_bounded() -> None:
    assert (SAID.name, SAID.note, SAID.place, SAID.accuracy_m) == ("Corner shop", "2nd floor", TRUE, 12.0)
    assert rules.new_site("x", "", (0.0, 0.0), 5.0).place is None
    assert rules.new_site("x", "", TRUE, float("nan")).accuracy_m is None
    for name, note, field in (("", "", "name"), ("…!", "", "name"), ("x" * 121, "", "name"), ("x", "y" * 301, "note")):
        assert refusal(lambda n=name, t=note: rules.new_site(n, t, None, None)).field == field


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("WANJIA", "wan jia", True), ("万家超市", "万家超市（人民广场店）", True), ("Shop 1", "Shop 1 ", True),
        ("Shop 1", "Shop 2", False), ("A", "A big store", False), ("", "x", False), ("－", "–", False),
    ],
)  # fmt: skip
def test_names_that_sound_alike(one: str, other: str, same: bool) -> None:
    assert rules.sounds_alike(one, other) is rules.sounds_alike(other, one) is same


def test_the_same_id_again_is_the_same_proposal_and_never_another(rep: SignedIn, hr: SignedIn) -> None:
    key = ids.new_id()
    first = propose(rep, client_id=key)
    assert propose(rep, client_id=key.upper()) == first
    for other in (rules.new_site("Other", "", None, None), rules.new_site("Corner shop", "", TRUE, 12.0)):
        assert refusal(lambda o=other: propose(rep, o, client_id=key)).code == "same_id_other_content"
    decide(service.refuse_new_site, hr, first, reason="Closed")
    assert propose(rep, client_id=key) == first
    assert len(queries.proposed_by(rep.id)) == 1


def test_sent_twice_at_once_it_is_kept_once(app: Flask, rep: SignedIn) -> None:
    key = ids.new_id()

    def send(_: int) -> int:
        with app.app_context():
            return propose(rep, client_id=key)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(send, range(4)))) == 1
    db.session.remove()
    assert len(queries.proposed_by(rep.id)) == 1


def test_so_many_may_wait_and_no_more(rep: SignedIn, hr: SignedIn) -> None:
    first = [propose(rep) for _ in range(rules.OPEN_MAX)][0]
    assert refusal(lambda: propose(rep)).code == "new_site_many"
    decide(service.refuse_new_site, hr, first, reason="Twice")
    propose(rep)


def test_it_says_when_the_rep_stood_there_never_later_than_now(rep: SignedIn) -> None:
    before, ahead = clock.now() - timedelta(hours=2), clock.now() + timedelta(hours=2)
    assert row(propose(rep, stood_at=before)).proposed_at == before
    assert row(propose(rep, stood_at=ahead)).proposed_at <= clock.now()


def test_hr_makes_it_a_site_and_everybody_hears(
    rep: SignedIn, boss: SignedIn, hr: SignedIn, fields: SiteFields
) -> None:
    proposal = propose(rep)
    assert told(boss.id) == ["notice_new_store"]
    assert [one.name for one in queries.new_sites(boss)] == [one.name for one in queries.new_sites(hr)] == [SAID.name]
    decide(service.check_new_site, boss, proposal, word="New Wanjia")
    assert (queries.open_count(boss), queries.open_count(hr)) == (0, 1)
    assert (queries.new_site(hr, proposal).checker, queries.new_site(hr, proposal).word) == (boss.name, "New Wanjia")
    site_id = decide(service.add_new_site, hr, proposal, fields=fields)
    site = db.session.get_one(Site, site_id)
    assert (site.name, site.lat, site.branch_id) == ("Corner shop", TRUE[0], rep.branch_id)
    assert (row(proposal).state, row(proposal).site_id, queries.open_count(hr)) == ("added", site_id, 0)
    assert told(rep.id) == ["notice_store_added"]
    assert db.session.scalars(select(Notice.link).where(Notice.employee_id == rep.id)).all() == [
        f"/today?site={site_id}"
    ]
    acts = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert acts == ["new_store.checked", "site.created", "new_store.added"]
    for verb, more in ((service.refuse_new_site, {"reason": "x"}), (service.add_new_site, {"fields": fields})):
        assert refusal(lambda v=verb, m=more: decide(v, hr, proposal, **m)).params == {"name": hr.name}


def test_a_site_that_cannot_be_made_leaves_it_open(rep: SignedIn, hr: SignedIn, fields: SiteFields) -> None:
    make.site(db.session.get_one(StoreType, fields.store_type_id), code="SH1")
    proposal = propose(rep)
    assert refusal(lambda: decide(service.add_new_site, hr, proposal, fields=fields)).field == "code"
    assert (row(proposal).state, told(rep.id)) == ("open", [])


def test_it_may_be_one_that_is_listed_already(rep: SignedIn, hr: SignedIn, branch: Branch) -> None:
    site, gone = make.site(make.store_type(branch)), make.site(make.store_type(branch), archived_at=clock.now())
    elsewhere = make.site(make.store_type(make.branch()))
    proposal = propose(rep)
    for wrong in (gone.id, elsewhere.id, 999, None):
        assert refusal(lambda w=wrong: decide(service.use_known_site, hr, proposal, site_id=w)).field == "site_id"
    decide(service.use_known_site, hr, proposal, site_id=site.id)
    assert (row(proposal).state, row(proposal).site_id) == ("known", site.id)
    assert told(rep.id) == ["notice_store_known"]


def test_turning_it_down_needs_a_reason_and_the_rep_reads_it(rep: SignedIn, hr: SignedIn) -> None:
    proposal = propose(rep)
    assert refusal(lambda: decide(service.refuse_new_site, hr, proposal, reason=None)).field == "reason"
    decide(service.refuse_new_site, hr, proposal, reason="Not a client")
    assert (row(proposal).state, told(rep.id)) == ("rejected", ["notice_store_rejected"])
    assert queries.proposed_by(rep.id)[0].reason == "Not a client"


def test_t8_who_has_no_say_does_not_even_see_it(
    rep: SignedIn, boss: SignedIn, branch: Branch, fields: SiteFields
) -> None:
    proposal = propose(rep)
    far = make.branch()
    strangers = [make.employee(branch, "supervisor"), make.employee(far, "hr"), make.employee(branch)]
    strangers.append(make.employee(branch, "finance"))
    for person in map(signed, strangers):
        assert queries.new_sites(person) == []
        assert isinstance(refusal(lambda p=person: queries.new_site(p, proposal)), NotFound)
        tried = refusal(lambda p=person: decide(service.refuse_new_site, p, proposal, reason="x"))
        assert isinstance(tried, NotFound | Forbidden)
    assert isinstance(refusal(lambda: decide(service.add_new_site, boss, proposal, fields=fields)), Forbidden)
    assert row(proposal).state == "open"


def test_nobody_decides_about_what_they_proposed(hr: SignedIn, boss: SignedIn, fields: SiteFields) -> None:
    own, checked = propose(hr), propose(boss)
    assert isinstance(refusal(lambda: decide(service.add_new_site, hr, own, fields=fields)), NotFound)
    assert isinstance(refusal(lambda: decide(service.check_new_site, boss, checked)), NotFound)
    assert isinstance(refusal(lambda: decide(service.check_new_site, hr, checked)), Forbidden)


def test_two_who_decide_at_once_make_one_site(
    app: Flask, rep: SignedIn, hr: SignedIn, branch: Branch, fields: SiteFields
) -> None:
    proposal = propose(rep)

    def add(n: int) -> str:
        with app.app_context():
            try:
                decide(service.add_new_site, hr, proposal, fields=replace(fields, code=f"N{n}"))
            except Conflict as error:
                return error.code
            return "added"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(add, range(2))) == ["added", "proposal_decided"]
    db.session.remove()
    assert len(db.session.scalars(select(Site)).all()) == 1


def test_listed_stores_it_may_be_are_near_or_called_alike(branch: Branch) -> None:
    kind = make.store_type(branch)
    make.site(kind, name="Next door", lat=TRUE[0] + 0.0005, lng=TRUE[1])
    make.site(kind, name="Down the road", lat=TRUE[0] + 0.002, lng=TRUE[1])
    make.site(kind, name="CORNER-SHOP", lat=None, lng=None)
    make.site(kind, name="Corner shop", lat=TRUE[0], lng=TRUE[1], archived_at=clock.now())
    make.site(make.store_type(make.branch()), name="Corner shop", lat=TRUE[0], lng=TRUE[1])
    found = queries.alike(branch.id, "corner shop", TRUE)
    assert [site.name for site in found] == ["Next door", "CORNER-SHOP"]
    assert 40 < (found[0].distance_m or 0) < 70
    assert [site.name for site in queries.alike(branch.id, "corner shop", None)] == ["CORNER-SHOP"]


def test_decided_ones_get_coarse_open_ones_wait_and_repeats_are_known(rep: SignedIn, hr: SignedIn, freeze: Any) -> None:
    said = rules.new_site("Corner", "", (31.23456, 121.47654), 9.0)
    keys = [ids.new_id() for _ in range(3)]
    start = clock.now()
    first, second = (propose(rep, said, client_id=key) for key in keys[:2])
    blind = propose(rep, rules.new_site("No fix", "", None, None), client_id=keys[2])
    for one in (second, blind):
        decide(service.refuse_new_site, hr, one, reason="x")
    freeze(start + timedelta(days=91))
    privacy.coarsen()
    assert [(row(n).lat, row(n).lng) for n in (first, second, blind)] == [said.place, (31.23, 121.48), (None, None)]
    assert propose(rep, said, client_id=keys[1]) == second
    assert do(service.coarsen_new_sites, branch_id=rep.branch_id, at=clock.now()) == 0


@pytest.mark.parametrize(
    "change", ["name = 'x'", "lat = lat + 0.001", "lat = NULL", "fingerprint = 'x'", "employee_id = employee_id + 1"]
)
def test_what_was_said_stays(rep: SignedIn, change: str) -> None:
    proposal = propose(rep)
    with pytest.raises(DBAPIError, match="said|coarser"), transaction() as opened:
        opened.execute(text(f"UPDATE new_site_proposal SET {change} WHERE id = {proposal}"))
    with pytest.raises(DBAPIError, match="said"), transaction() as opened:
        opened.execute(text("DELETE FROM new_site_proposal"))


def test_a_decision_stays(rep: SignedIn, hr: SignedIn) -> None:
    proposal = propose(rep)
    decide(service.refuse_new_site, hr, proposal, reason="x")
    with pytest.raises(DBAPIError, match="decided"), transaction() as opened:
        opened.execute(text("UPDATE new_site_proposal SET state = 'open', decided_at = NULL"))
