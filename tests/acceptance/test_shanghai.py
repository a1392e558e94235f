"""949 real outlets, declared as BD-09, through HR's import pages."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.acceptance.beijing import metres
from tests.acceptance.data import need
from webapp.core.db import db
from webapp.sites.models import Site

pytestmark = pytest.mark.acceptance

KINDS = ("supermarket", "pharmacy_beauty", "restaurant")
# An independent implementation's figures, WGS-84.
GOLDEN = {"SH0630": (31.234800, 121.469985), "SH0631": (31.234840, 121.470015), "SH0658": (31.197030, 121.321974)}


def test_shanghai(app, client_as):
    branch = factories.branch("SH")
    for kind in KINDS:
        factories.store_type(branch, code=kind, name_en=kind, name_zh=kind)
    client = client_as(factories.employee(branch, role="hr"))
    outlets = need("shanghai_outlets_bd09.csv")

    with outlets.open("rb") as file:
        preview = client.post("/hr/sites/import", data={"file": (file, outlets.name), "datum": "bd09"})
    assert preview.status_code == 303, preview.text
    address = preview.location
    assert "949" in client.get(address).text
    while count() < 949:
        before = count()
        client.post(f"{address}/apply")
        assert count() > before

    found = {site.code: site for site in db.session.scalars(select(Site).where(Site.code.in_(GOLDEN)))}
    off = {code: metres(found[code].lat, found[code].lng, *place) for code, place in GOLDEN.items()}
    assert max(off.values()) <= 2, off
    assert {site.datum for site in found.values()} == {"bd09"}
    assert count(Site.radius_m == 150) == 949


def count(*where):
    db.session.remove()
    return db.session.scalar(select(func.count()).select_from(Site).where(*where))
