"""Client sites: list, form, fence, archive, export."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any, Literal

from flask import Blueprint, Response, flash, request

from webapp.attendance.queries.positions import recent_positions
from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import lang, say
from webapp.core.ids import row_id
from webapp.pages.downloads import csv_file
from webapp.pages.hr.site_fence import rows_of
from webapp.people import queries as people
from webapp.sites import queries, rules, service
from webapp.sites.models import Site, StoreType

bp = Blueprint("hr_sites", __name__, url_prefix="/hr/sites")
LOOK_BACK = timedelta(days=30)
EXPORT = ("code", "name", "kind", "lat", "lng", "datum", "radius_m", "polygon", "brand", "address")


class SiteForm(Form):
    code: str
    name: str
    brand: str = ""
    address: str = ""
    store_type_id: int
    lat: str = ""
    lng: str = ""
    datum: Literal["wgs84", "gcj02", "bd09"] = "wgs84"
    radius_m: int = rules.RADIUS_DEFAULT
    polygon: str = ""
    supervisors: list[int] = []
    branch_id: int = 0
    version: int = 0


class DatumForm(Form):
    datum: Literal["wgs84", "gcj02", "bd09"]
    version: int


@bp.get("")
@allow(*OFFICE)
def index() -> Response:
    user, wanted = me(), _filter()
    found = queries.search(user, wanted)
    placed, active = queries.coverage(user)
    context: dict[str, Any] = {"found": found, "wanted": wanted, "form": blank(asdict(wanted)), **_choices()}
    context |= {
        "placed": placed,
        "active": active,
        "open_proposals": queries.open_count(user),
    }
    return hx.respond("hr/sites.html", **context)


@bp.get("/export.csv")
@allow(*OFFICE)
def export() -> Response:
    """What the list shows, in the columns and coordinates the import reads."""
    rows = (
        (
            row.code,
            row.name,
            row.type,
            row.source_lat,
            row.source_lng,
            row.datum,
            row.radius_m,
            _corners(row, "; "),
            row.brand,
            row.address,
        )
        for row in queries.export(me(), _filter())
    )
    return csv_file(list(EXPORT), rows, "sites.csv")


@bp.get("/new")
@allow(*OFFICE)
def new() -> Response:
    branch_id = request.args.get("branch_id", me().branch_id, type=int)
    return _show_new(blank({"branch_id": branch_id, "radius_m": rules.RADIUS_DEFAULT, "datum": "wgs84"}))


@bp.post("")
@allow(*OFFICE)
def create() -> Response:
    form = read_form(SiteForm)
    try:
        if not form.ok:
            return _show_new(form)
        made = do(
            service.create_site, by=me(), branch_id=form.data.branch_id, fields=fields_of(form.data), at=clock.now()
        )
    except DomainError as error:
        return _show_new(form.refuse(error))
    flash(gettext("The site is added."), "ok")
    return hx.redirect(f"/hr/sites/{made}")


@bp.get("/<int:site_id>")
@allow(*OFFICE)
def show(site_id: int) -> Response:
    return _show(site_id)


@bp.post("/<int:site_id>")
@allow(*OFFICE)
def update(site_id: int) -> Response:
    form = read_form(SiteForm)
    queries.detail(me(), site_id)
    if not form.ok:
        return _show(site_id, form)
    try:
        fields = fields_of(form.data)
    except DomainError as error:
        return _show(site_id, form.refuse(error))
    return _carry_out(site_id, form, service.update_site, gettext("Saved."), version=form.data.version, fields=fields)


@bp.post("/<int:site_id>/datum")
@allow(*OFFICE)
def reread(site_id: int) -> Response:
    """Read the numbers of this site in the coordinate system they were probably typed in."""
    form = read_form(DatumForm)
    if not form.ok:
        return _show(site_id, form)
    text = gettext("The position is converted.")
    values = {"version": form.data.version, "datum": rules.Datum(form.data.datum)}
    return _carry_out(site_id, form, service.reread_position, text, **values)


@bp.post("/<int:site_id>/archive")
@allow(*OFFICE)
def archive(site_id: int) -> Response:
    return _carry_out(site_id, blank(), service.archive_site, gettext("The site is archived. Its history stays."))


@bp.post("/<int:site_id>/unarchive")
@allow(*OFFICE)
def unarchive(site_id: int) -> Response:
    return _carry_out(site_id, blank(), service.unarchive_site, gettext("The site can be used again."))


def _carry_out(site_id: int, form: Bound[Any], verb: Any, text: str, **values: Any) -> Response:
    try:
        do(verb, by=me(), site_id=site_id, at=clock.now(), **values)
    except DomainError as error:
        return _show(site_id, form.refuse(error))
    flash(text, "ok")
    return hx.redirect(f"/hr/sites/{site_id}")


def _show(site_id: int, form: Bound[Any] | None = None) -> Response:
    """What was typed stays; the version becomes the newest, so that saving again is a decision."""
    site, supervisors = queries.detail(me(), site_id)
    typed = form is not None and "name" in form.values
    data = form if form is not None and typed else blank(_values(site, supervisors))
    data.values["version"] = site.version
    fixes = recent_positions(site.id, _today() - LOOK_BACK)
    here = queries.site_fence(site.branch_id, site.store_type_id)
    policy = here.policy
    context: dict[str, Any] = {
        "site": site,
        "data": data,
        "form": form,
        **_picture(site, fixes, (policy.radius_min, policy.radius_max)),
        **form_options(site.branch_id, supervisors),
        "low": policy.radius_min,
        "high": policy.radius_max,
        "counts": rows_of(here),
        "type_name": type_name(here),
        "type_fence": f"/hr/sites/store-types/{site.store_type_id}/fence",
        "branch_fence": f"/hr/settings/{site.branch_id}/fence",
    }
    return hx.respond("hr/site.html", status=422 if form and form.errors else 200, **context)


def _show_new(form: Bound[Any]) -> Response:
    user, wanted = me(), row_id(str(form.values.get("branch_id") or ""))
    branch_id = wanted if wanted in user.branch_ids else user.branch_id
    form.values["branch_id"] = branch_id
    context: dict[str, Any] = {
        "form": form,
        "data": form,
        "branch_id": branch_id,
        **form_options(branch_id),
        **_choices(),
    }
    return hx.respond("hr/site_new.html", status=form.status, **context)


def _picture(site: Site, fixes: list[tuple[float, float, float]], bounds: tuple[int, int]) -> dict[str, Any]:
    """The fence, how well radii would have fitted recent check-ins, and whether the datum looks wrong."""
    if site.lat is None or site.lng is None:
        return {"picture": None, "help": None, "suspicion": None, "fixes": len(fixes)}
    place, corners = (site.lat, site.lng), site.polygon or ()
    good = [(lat, lng) for lat, lng, accuracy in fixes if accuracy <= rules.CLUSTER_SPREAD_M]
    return {
        "picture": rules.picture(place, site.radius_m, fixes[:60], corners),
        "help": rules.radius_help(place, site.radius_m, fixes, bounds=bounds, polygon=corners) if fixes else None,
        "suspicion": rules.wrong_datum(place, site.radius_m, good),
        "fixes": len(fixes),
    }


def fields_of(data: SiteForm) -> rules.SiteFields:
    lat, lng = rules.pasted(data.lat, data.lng)
    return rules.SiteFields(
        code=rules.short(data.code, "code", 30),
        name=rules.short(data.name, "name", 120),
        brand=rules.short(data.brand, "brand", 80),
        address=rules.short(data.address, "address", 200),
        store_type_id=data.store_type_id,
        place=rules.position(lat, lng),
        datum=rules.Datum(data.datum),
        radius_m=data.radius_m,
        polygon=rules.read_corners(data.polygon),
        supervisors=tuple(sorted(set(data.supervisors))),
    )


def _values(site: Site, supervisors: list[int]) -> dict[str, Any]:
    names = ("code", "name", "brand", "address", "store_type_id", "datum", "radius_m", "branch_id")
    typed = (site.lat, site.lng) if site.source_lat is None else (site.source_lat, site.source_lng)
    return {
        **{name: getattr(site, name) for name in names},
        "lat": typed[0],
        "lng": typed[1],
        "polygon": _corners(site),
        "supervisors": [str(person) for person in supervisors],
    }


def _corners(site: Any, between: str = "\n") -> str:
    """As they were typed."""
    return rules.write_corners(rules.in_datum(site.polygon or (), site.datum)).replace("\n", between)


def form_options(branch_id: int, supervisors: list[int] | None = None) -> dict[str, Any]:
    found, policy = queries.supervisors(branch_id, supervisors or ()), queries.branch_policy(branch_id)
    return {
        "type_options": [(kind.id, type_name(kind)) for kind in queries.store_types([branch_id])],
        "datum_options": [(str(datum), say(f"datum_{datum}")) for datum in rules.Datum],
        "supervisor_options": [(person.id, f"{person.name} · {person.staff_no}") for person in found],
        "low": policy.radius_min,
        "high": policy.radius_max,
    }


def _choices() -> dict[str, Any]:
    user = me()
    named = {branch.id: branch.name for branch in people.branches(user.branch_ids)}
    several = len(named) > 1
    return {
        "branch_options": list(named.items()),
        "all_types": [
            (kind.id, f"{named[kind.branch_id]} · {type_name(kind)}" if several else type_name(kind))
            for kind in queries.store_types(user.branch_ids)
        ],
    }


def _filter() -> queries.SiteFilter:
    args = request.args
    return queries.SiteFilter(
        q=args.get("q", "").strip()[:80],
        branch_id=args.get("branch_id", type=int),
        store_type_id=args.get("store_type_id", type=int),
        state=args["state"] if args.get("state") in {"archived", "all"} else "active",
        placed=args["placed"] if args.get("placed") in {"yes", "no"} else "",
        sort=args.get("sort", "name"),
        page=args.get("page", 1, type=int),
    )


def type_name(kind: StoreType | queries.SiteFence) -> str:
    return kind.name_zh if lang() == "zh" else kind.name_en


def _today() -> date:
    return clock.now().astimezone(me().branch.zone).date()
