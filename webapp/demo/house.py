"""How the branches want it: fence policies, outlines of campuses, screens that show a store's code."""

from datetime import datetime, timedelta

from sqlalchemy import select

from webapp.core.db import db
from webapp.demo.acts import FRESH
from webapp.demo.days import Stage
from webapp.demo.photos import ASKED
from webapp.people.models import Branch
from webapp.sites import service as sites
from webapp.sites.models import StoreType
from webapp.sites.queries.codes import open_screens

OUTLINES = {
    "SH-029": ((31.20495, 121.58705), (31.20520, 121.59120), (31.20300, 121.59190), (31.20205, 121.58990),
               (31.20245, 121.58720)),
    "SG-022": ((1.33590, 103.96120), (1.33600, 103.96430), (1.33420, 103.96470), (1.33315, 103.96300),
               (1.33400, 103.96110)),
}  # fmt: skip
"""(lat, lng) of the corners of sites a circle does not fit."""
_FENCES: dict[tuple[str, str], dict[str, object]] = {
    ("SH", "convenience"): {"outside": "ask", "remark": "outside", "radius_max": 200},
    ("SH", "community"): {"outside": "field", "offline_hours": 8},
}
_SCREENS = (
    ("S001", "SH-001", "收银台平板", 9),
    ("S001", "SH-003", "店长办公室", 4),
    ("S004", "SG-001", "Counter tablet", 6),
)
"""Who opened a screen, where, what it is called, how many days ago."""


def set_fences(*, at: datetime) -> None:
    for (office, code), settings in _FENCES.items():
        kind = _type(office, code)
        sites.set_type_fence(by=None, store_type_id=kind.id, version=None, settings=settings, at=at)


def ask_for_photos(*, stage: Stage) -> None:
    """HR asks for a photo at one type of stores, since the morning of the first day nobody has looked at."""
    on = stage.story.today - timedelta(days=FRESH)
    at, hr = stage.story.moment(ASKED[0], on, "07:30"), stage.actors["H002"]
    kind = _type(*ASKED)
    sites.set_type_fence(by=hr, store_type_id=kind.id, version=None, settings={"photo": "required"}, at=at)


def open_screens_of(*, stage: Stage) -> None:
    for staff_no, code, label, ago in _SCREENS:
        boss, site_id = stage.actors[staff_no], stage.sites[code]
        if open_screens(site_id) == 0:
            at = stage.story.moment(code[:2], stage.story.today - timedelta(days=ago), "09:10")
            sites.open_screen(by=boss, site_id=site_id, label=label, at=at)


def _type(office: str, code: str) -> StoreType:
    query = select(StoreType).join(Branch, Branch.id == StoreType.branch_id)
    return db.session.scalars(query.where(Branch.code == office, StoreType.code == code)).one()
