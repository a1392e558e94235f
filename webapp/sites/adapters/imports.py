"""Client sites from a table, in a declared coordinate system."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from webapp.core.cells import Cells
from webapp.core.db import conn, db
from webapp.core.errors import N_, DomainError, Invalid, words
from webapp.core.ids import row_id
from webapp.core.imports import Ask, Column, ImportKind, Parsed
from webapp.people.models import Employee
from webapp.sites import rules, service
from webapp.sites.models import Site, SiteSupervisor, StoreType
from webapp.sites.queries.fences import policies
from webapp.sites.rules import RADIUS_DEFAULT, RADIUS_MAX, RADIUS_MIN, Datum, FencePolicy, SiteFields

DATUMS = {
    **{str(datum): str(datum) for datum in Datum},
    "wgs-84": "wgs84",
    "gps": "wgs84",
    "gcj-02": "gcj02",
    "amap": "gcj02",
    "高德": "gcj02",
    "腾讯": "gcj02",
    "bd-09": "bd09",
    "bd09ll": "bd09",
    "baidu": "bd09",
    "百度": "bd09",
}
_FIELDS = {
    "name": ("name",),
    "kind": ("store_type_id",),
    "lat": ("place", "datum"),
    "radius_m": ("radius_m",),
    "polygon": ("polygon",),
    "brand": ("brand",),
    "address": ("address",),
    "supervisors": ("supervisors",),
}
_COMPARED = ("name", "store_type_id", "radius_m", "brand", "address", "place", "datum", "supervisors", "polygon")


@dataclass(frozen=True, slots=True)
class Known:
    """What rows are read against: store types and supervisors by what people write, sites by code, and what each
    store type's sites may be like."""

    types: Mapping[str, int]
    supervisors: Mapping[str, int]
    sites: Mapping[str, SiteFields]
    policies: Mapping[int, FencePolicy]


class SitesImport(ImportKind):
    """Rows with a known code change that site, and only what the row says; others are new."""

    code = "sites"
    columns = (
        Column("code", N_("Site code"), True, ("门店编号", "门店编码", "编号", "outlet id", "store code"), "SH0001"),
        Column(
            "name", N_("Name"), True, ("门店名称", "门店名", "店名", "outlet", "store"), "Corner shop, Nanjing Road"
        ),
        Column("kind", N_("Store type"), False, ("type", "store_type", "门店类型", "类型"), "supermarket"),
        Column("lat", N_("Latitude"), False, ("纬度", "latitude", "wd"), "31.230450", N_("Decimal degrees")),
        Column("lng", N_("Longitude"), False, ("经度", "longitude", "lon", "jd"), "121.473750", N_("Decimal degrees")),
        Column("datum", N_("Coordinate system"), False, ("坐标系", "crs"), "wgs84", N_("wgs84, gcj02 or bd09")),
        Column("radius_m", N_("Radius in metres"), False, ("半径", "围栏半径", "radius", "范围"), "150"),
        Column("polygon", N_("Outline"), False, ("outline", "多边形", "围栏坐标"), "", N_("lat, lng; lat, lng; …")),
        Column("brand", N_("Brand"), False, ("品牌",), ""),
        Column("address", N_("Address"), False, ("地址", "门店地址", "详细地址"), "100 Nanjing Road"),
        Column("supervisors", N_("Supervisors"), False, ("店长", "督导"), "S001", N_("Staff numbers")),
    )

    def read_options(self, given: Mapping[str, str]) -> dict[str, Any]:
        datum = given.get("datum") or ""
        if datum and datum not in DATUMS.values():
            raise Invalid("not_a_choice", "datum")
        kind = given.get("store_type_id") or ""
        if kind and row_id(kind) is None:
            raise Invalid("not_a_choice", "store_type_id")
        return {"datum": datum, "store_type_id": row_id(kind)}

    def load(self, rows: Sequence[Mapping[str, str]], ask: Ask) -> Known:
        types: dict[str, int] = {}
        for kind in db.session.scalars(select(StoreType).where(StoreType.branch_id == ask.branch_id)):
            types |= {name.casefold(): kind.id for name in (kind.code, kind.name_en, kind.name_zh)}
            types |= {f"#{kind.id}": kind.id}
        people = select(Employee.staff_no, Employee.id).where(
            Employee.branch_id == ask.branch_id, Employee.role == "supervisor"
        )
        named = {row[0].casefold(): row[1] for row in conn().execute(people)}
        return Known(types, named, _sites(ask.branch_id), policies(ask.branch_id))

    def parse_row(self, cells: Cells, known: Known, ask: Ask) -> Parsed:
        code, name = cells.text("code", limit=30) or "", cells.text("name", limit=120) or ""
        before = known.sites.get(code)
        after = SiteFields(
            code=code,
            name=name,
            store_type_id=_store_type(cells, known, ask, before),
            radius_m=cells.whole("radius_m", low=RADIUS_MIN, high=RADIUS_MAX)
            or (before.radius_m if before else RADIUS_DEFAULT),
            brand=cells.text("brand", limit=80) or (before.brand if before else ""),
            address=cells.text("address", limit=200) or (before.address if before else ""),
            supervisors=_supervisors(cells, known, before),
            **_position(cells, ask, before),
        )
        after = _outlined(cells, ask, before, after)
        _check_radius(cells, known, before, after)
        action = "create" if before is None else "skip" if before == after else "update"
        return Parsed(action, code, {**_to_json(after), "said": _said(cells)})

    def apply_row(self, *, data: dict[str, Any], action: str, ask: Ask) -> None:
        said = data.pop("said")
        fields = _from_json(data)
        if action == "create":
            service.create_site(by=ask.by, branch_id=ask.branch_id, fields=fields, at=ask.at)
            return
        same = select(Site.id).where(Site.branch_id == ask.branch_id, Site.code == fields.code)
        site_id = db.session.scalar(same)
        if site_id is None:
            raise Invalid("site_gone", "code")
        # What the row is silent about may have changed since the preview, and stays as it is now.
        now = _sites(ask.branch_id, fields.code)[fields.code]
        changes = {name: getattr(fields, name) for name in said}
        fields = replace(in_system(now, changes.get("datum", now.datum)), **changes)
        service.update_site(by=ask.by, site_id=site_id, version=None, fields=fields, at=ask.at)


def _store_type(cells: Cells, known: Known, ask: Ask, before: SiteFields | None) -> int:
    """The row's own, else what the site has, else what was chosen for the file."""
    if cells.has("kind"):
        return cells.choice("kind", known.types) or 0  # type: ignore[arg-type, return-value]
    if before:
        return before.store_type_id
    chosen = known.types.get(f"#{ask.options.get('store_type_id')}")
    if chosen is None:
        cells.fail("kind", Invalid("store_type_needed", "kind"))
    return chosen or 0


def _position(cells: Cells, ask: Ask, before: SiteFields | None) -> dict[str, Any]:
    """Empty cells leave a position as it is; numbers need a declared coordinate system."""
    datum = cells.choice("datum", DATUMS) if cells.has("datum") else ask.options.get("datum")
    try:
        place = rules.position(cells.values.get("lat", ""), cells.values.get("lng", ""))
    except DomainError as error:
        cells.fail(error.field or "lat", error)
        place = None
    if place is not None and not datum:
        cells.fail("datum", Invalid("datum_needed", "datum"))
    if place is None or not datum:
        return {"place": before.place if before else None, "datum": before.datum if before else Datum.WGS84}
    return {"place": place, "datum": Datum(datum)}


def in_system(fields: SiteFields, datum: Datum) -> SiteFields:
    """The same outline written in another coordinate system."""
    corners = rules.in_datum(rules.from_datum(fields.polygon, fields.datum), datum)
    return fields if datum == fields.datum else replace(fields, polygon=corners, datum=datum)


def _outlined(cells: Cells, ask: Ask, before: SiteFields | None, after: SiteFields) -> SiteFields:
    """With the row's outline, in the row's coordinate system, or the one the site has."""
    if not cells.has("polygon"):
        return after if before is None else replace(after, polygon=in_system(before, after.datum).polygon)
    datum = cells.choice("datum", DATUMS) if cells.has("datum") else ask.options.get("datum") or None
    if datum is None:
        cells.fail("datum", Invalid("datum_needed", "datum"))
        return after
    try:
        typed = rules.read_corners(cells.values["polygon"])
        fields = in_system(replace(after, polygon=typed, datum=Datum(datum)), after.datum)
        place = rules.to_wgs84(*after.place, after.datum) if after.place else None
        rules.outline(rules.from_datum(fields.polygon, after.datum), place)
    except DomainError as error:
        cells.fail("polygon", error)
        return after
    same = before is not None and rules.is_same(before.polygon, fields.polygon)
    return replace(after, polygon=before.polygon if before and same else fields.polygon)


def _check_radius(cells: Cells, known: Known, before: SiteFields | None, after: SiteFields) -> None:
    """As the form does: what nobody touches may lie outside the bounds."""
    policy = known.policies.get(after.store_type_id)
    touched = before is None or (before.radius_m, before.store_type_id) != (after.radius_m, after.store_type_id)
    if policy is None or not touched:
        return
    try:
        rules.radius(after.radius_m, policy)
    except DomainError as error:
        cells.fail("radius_m", error)


def _supervisors(cells: Cells, known: Known, before: SiteFields | None) -> tuple[int, ...]:
    if not cells.has("supervisors"):
        return before.supervisors if before else ()
    numbers = re.split(r"[\s,;，；、]+", cells.text("supervisors", limit=500) or "")
    found = {number: known.supervisors.get(number.casefold()) for number in numbers if number}
    if missing := [number for number, person in found.items() if person is None]:
        cells.fail("supervisors", Invalid("not_supervisors", "supervisors", numbers=", ".join(missing)))
    return tuple(sorted(person for person in found.values() if person is not None))


def _said(cells: Cells) -> list[str]:
    """Fields of the site the row says something about."""
    return [field for column, fields in _FIELDS.items() if cells.has(column) for field in fields]


def _sites(branch_id: int, code: str | None = None) -> dict[str, SiteFields]:
    """By code: all of the branch, or the one."""
    here = [Site.branch_id == branch_id, *([Site.code == code] if code is not None else [])]
    people: dict[int, list[int]] = {}
    pairs = select(SiteSupervisor.site_id, SiteSupervisor.employee_id).join(Site, Site.id == SiteSupervisor.site_id)
    for site_id, person in conn().execute(pairs.where(*here)):
        people.setdefault(site_id, []).append(person)
    found = {}
    for site in db.session.scalars(select(Site).where(*here)):
        source = None if site.source_lat is None or site.source_lng is None else (site.source_lat, site.source_lng)
        if source is None and site.lat is not None and site.lng is not None:
            source = (site.lat, site.lng)
        found[site.code] = SiteFields(
            code=site.code, name=site.name, store_type_id=site.store_type_id, place=source, datum=Datum(site.datum),
            radius_m=site.radius_m, brand=site.brand, address=site.address,
            supervisors=tuple(sorted(people.get(site.id, ()))),
            polygon=rules.in_datum(site.polygon or (), site.datum),
        )  # fmt: skip
    return found


def _to_json(fields: SiteFields) -> dict[str, Any]:
    values = {name: getattr(fields, name) for name in ("code", *_COMPARED)}
    return {**values, "datum": str(fields.datum)}


def _from_json(data: dict[str, Any]) -> SiteFields:
    place = data["place"]
    fields = SiteFields(**data)
    return replace(
        fields,
        place=(place[0], place[1]) if place else None,
        datum=Datum(data["datum"]),
        supervisors=tuple(data["supervisors"]),
        polygon=tuple((lat, lng) for lat, lng in data["polygon"]),
    )


KINDS = (SitesImport(),)

words(
    {
        "datum_needed": N_("Say which coordinate system these numbers are in, in a column or for the whole file."),
        "store_type_needed": N_("Say which store type this is, in a column or for the whole file."),
        "not_supervisors": N_("Not a supervisor of this branch: %(numbers)s."),
        "site_gone": N_("This site is no longer there."),
    }
)
