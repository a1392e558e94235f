"""Sites from a table: previews, declared coordinates, per-row errors (T9, T37)."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from tests import factories as make
from webapp.core import clock, imports
from webapp.core.db import db, transaction
from webapp.people.models import Branch
from webapp.sites import rules
from webapp.sites.adapters.imports import SitesImport
from webapp.sites.models import Site, SiteSupervisor

KIND = SitesImport()
DATA = Path(os.environ.get("ONSITE_ACCEPTANCE_DATA", Path(__file__).parents[3] / "shared" / "data"))
GOLDEN = {
    "SH0630": (31.234800, 121.469985),
    "SH0631": (31.234840, 121.470015),
    "SH0658": (31.197030, 121.321974),
}


@pytest.fixture
def branch(app: Any) -> Branch:
    made = make.branch()
    make.store_type(made, code="supermarket")
    return made


def bring(branch: Branch, text: str | bytes, **options: Any) -> tuple[imports.Counts, list[Any]]:
    data = text.encode() if isinstance(text, str) else text
    ask = imports.Ask(None, branch.id, {"datum": "", "store_type_id": None, **options}, clock.now())
    batch_id = imports.prepare(KIND, data, "sites.csv", ask)
    imports.run(KIND, imports.open_batch(batch_id, KIND, None), None)
    return imports.counts(batch_id), imports.failures(batch_id)


def the(code: str) -> Site:
    db.session.expire_all()
    return db.session.scalars(select(Site).where(Site.code == code)).one()


def test_rows_are_made_changed_and_left_alone(branch: Branch) -> None:
    boss = make.employee(branch, "supervisor")
    header = "门店编号,店名,类型,纬度,经度,坐标系,半径,店长"
    file = f"{header}\nA1,乐购,超市,31.2,121.4,bd09,200,{boss.staff_no}\nA2,Two,supermarket,,,,,\n"
    assert bring(branch, file)[0].done == 2
    site = the("A1")
    assert rules.distance_m((site.lat, site.lng), rules.to_wgs84(31.2, 121.4, "bd09")) < 0.01
    assert (site.source_lat, site.datum, site.radius_m) == (31.2, "bd09", 200)
    assert db.session.scalars(select(SiteSupervisor.employee_id)).all() == [boss.id]
    assert the("A2").lat is None
    assert bring(branch, file)[0].skip == 2
    changed = bring(branch, "code,name\nA1,乐购 express\n")[0]
    assert (changed.update, changed.done) == (1, 1)
    assert (the("A1").name, the("A1").radius_m, the("A1").version, the("A1").datum) == ("乐购 express", 200, 2, "bd09")


def test_what_changed_after_the_preview_is_not_taken_back(branch: Branch) -> None:
    """A row changes only what it says, whatever the site was when the file was looked at."""
    bring(branch, "code,name,kind,lat,lng,datum,radius\nA1,One,supermarket,31.2,121.4,wgs84,200\n")
    ask = imports.Ask(None, branch.id, {"datum": "", "store_type_id": None}, clock.now())
    batch_id = imports.prepare(KIND, b"code,name\nA1,New name\n", "sites.csv", ask)
    bring(branch, "code,name,lat,lng,datum,radius,brand\nA1,One,31.3,121.5,gcj02,300,Lotus\n")
    imports.run(KIND, imports.open_batch(batch_id, KIND, None), None)
    site = the("A1")
    assert (site.name, site.source_lat, site.datum, site.radius_m, site.brand) == (
        "New name", 31.3, "gcj02", 300, "Lotus",
    )  # fmt: skip


def test_t9_numbers_without_a_declared_system_are_refused(branch: Branch) -> None:
    file = "code,name,kind,lat,lng\nA1,One,supermarket,31.2,121.4\n"
    _, (failed,) = bring(branch, file)
    assert failed.errors == {"datum": {"code": "datum_needed", "params": {}}}
    assert bring(branch, file, datum="gcj02")[0].done == 1
    assert the("A1").datum == "gcj02"


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("A1,One,supermarket,31.2,,wgs84,", "lng", "position_half"),
        ("A1,One,supermarket,0,0,wgs84,", "lat", "position_zero"),
        ("A1,One,supermarket,nan,121,wgs84,", "lat", "not_degrees"),
        ("A1,One,supermarket,91,121,wgs84,", "lat", "degrees_range"),
        ("A1,One,supermarket,31,121,mars,", "datum", "not_a_choice"),
        ("A1,One,kiosk,31,121,wgs84,", "kind", "not_a_choice"),
        ("A1,One,,31,121,wgs84,", "kind", "store_type_needed"),
        ("A1,One,supermarket,31,121,wgs84,29", "radius_m", "too_low"),
        ("A1,,supermarket,31,121,wgs84,", "name", "required"),
        (f"A1,{'x' * 121},supermarket,31,121,wgs84,", "name", "too_long"),
    ],
)
def test_t3_a_wrong_row_says_what_is_wrong_where(branch: Branch, row: str, column: str, code: str) -> None:
    file = f"code,name,kind,lat,lng,datum,radius_m\n{row}\nA2,Fine,supermarket,31,121,wgs84,30\n"
    counts, (failed,) = bring(branch, file)
    assert (counts.done, counts.error) == (1, 1)
    assert failed.errors[column]["code"] == code


def test_the_store_type_may_be_chosen_for_the_file(branch: Branch) -> None:
    kind = make.store_type(branch)
    elsewhere = make.store_type(make.branch())
    file = "code,name\nA1,One\n"
    assert bring(branch, file, store_type_id=elsewhere.id)[0].error == 1
    assert bring(branch, file, store_type_id=kind.id)[0].done == 1
    assert the("A1").store_type_id == kind.id


@pytest.mark.acceptance
@pytest.mark.skipif(not DATA.is_dir(), reason=f"no real data at {DATA}")
def test_t9_949_real_outlets_declared_bd09_land_where_they_are(branch: Branch) -> None:
    for code in ("beauty", "drugstore", "restaurant"):
        make.store_type(branch, code=code)
    raw = (DATA / "shanghai_outlets_bd09.csv").read_bytes()
    for kind in {row["kind"] for row in csv.DictReader(raw.decode().splitlines())} - {
        "supermarket", "beauty", "drugstore", "restaurant",
    }:  # fmt: skip
        make.store_type(branch, code=kind)
    assert bring(branch, raw)[0].done == 949
    for code, place in GOLDEN.items():
        assert rules.distance_m((the(code).lat, the(code).lng), place) < 2
    assert bring(branch, raw)[0].skip == 949
    assert db.session.scalar(select(func.count()).select_from(Site)) == 949


CORNERS = "31.2314, 121.4747; 31.2294, 121.4747; 31.2294, 121.4727; 31.2314, 121.4727"


def test_an_outline_is_read_kept_and_converted_with_its_site(branch: Branch) -> None:
    header = "code,name,kind,lat,lng,datum,polygon"
    file = f'{header}\nP1,Mall,supermarket,31.2304,121.4737,gcj02,"{CORNERS}"\n'
    assert bring(branch, file)[0].done == 1
    wanted = rules.from_datum(rules.read_corners(CORNERS), "gcj02")
    assert rules.is_same([tuple(corner) for corner in the("P1").polygon], wanted)
    assert bring(branch, file)[0].skip == 1, "the same again is no change"
    place = rules.to_wgs84(31.2304, 121.4737, "gcj02")
    assert bring(branch, f"code,name,lat,lng,datum\nP1,Mall,{place[0]},{place[1]},wgs84\n")[0].done == 1
    site = the("P1")
    assert (site.datum, site.fence_version) == ("wgs84", 1)
    assert rules.is_same([tuple(corner) for corner in site.polygon], wanted), "a row that is silent about it keeps it"
    shape = rules.write_corners(rules.from_datum(rules.read_corners(CORNERS)[:3], "gcj02")).replace("\n", "|")
    assert bring(branch, f'code,name,polygon,datum\nP1,Mall,"{shape}",wgs84\n')[0].done == 1
    assert rules.is_same([tuple(corner) for corner in the("P1").polygon], wanted[:3])


def test_rows_with_wrong_outlines_and_radii_say_so(branch: Branch) -> None:
    with transaction():
        db.session.get_one(Branch, branch.id).fence_policy = {"radius_max": 300}
    header = "code,name,kind,lat,lng,datum,radius_m,polygon"
    rows = [
        f'P1,Mall,supermarket,31.3304,121.4737,wgs84,,"{CORNERS}"',
        f'P2,Mall,supermarket,,,wgs84,,"{CORNERS}"',
        'P3,Mall,supermarket,31.2304,121.4737,wgs84,,"here and there"',
        "P4,Mall,supermarket,31.2304,121.4737,wgs84,301,",
        f'P5,Mall,supermarket,31.2304,121.4737,,,"{CORNERS}"',
    ]
    counts, failures = bring(branch, "\n".join([header, *rows]) + "\n")
    assert (counts.done, [sorted(row.errors) for row in failures]) == (
        0,
        [["polygon"], ["polygon"], ["polygon"], ["radius_m"], ["datum"]],
    )
