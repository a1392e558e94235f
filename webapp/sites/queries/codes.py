"""Reading the code a store shows, and the screens that show it."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from webapp.core.authz import SignedIn
from webapp.core.db import conn
from webapp.core.errors import NotFound
from webapp.core.secrets import SealBroken, unseal
from webapp.people.models import Employee
from webapp.sites import policy
from webapp.sites.models import Site, SiteCode, SiteScreen
from webapp.sites.rules.codes import digits_at, screen_mark, seconds_left

log = logging.getLogger("onsite.sites")


@dataclass(frozen=True, slots=True)
class CodeShown:
    """The code of one site right now; `digits` None until somebody started it."""

    site_id: int
    name: str
    digits: str | None
    seconds_left: int


@dataclass(frozen=True, slots=True)
class Screen:
    """An open screen of a site, and who opened it."""

    id: int
    label: str
    opened_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class CodeSite:
    """A site in the list of those whose code a person may show."""

    site_id: int
    name: str
    address: str
    started: bool


def code_secret(site_id: int) -> str | None:
    """What the site's code is made from; None when it shows none, or nothing that can still be read."""
    sealed = conn().execute(_SECRET, {"site": site_id}).scalar()
    return None if sealed is None else _open(site_id, sealed)


def code_now(user: SignedIn, site_id: int, at: datetime) -> CodeShown:
    """For whoever may show it. Raises NotFound."""
    site = conn().execute(policy.visible_to(user).where(Site.id == site_id, Site.archived_at.is_(None))).first()
    if site is None:
        raise NotFound("not_found")
    return _shown(site_id, site.name, code_secret(site_id), at)


def screen_now(token: str, at: datetime) -> CodeShown:
    """For a screen, by the secret part of its address. Raises NotFound: unknown, closed, site no longer used."""
    row = conn().execute(_SCREEN, {"mark": screen_mark(token)}).first()
    if row is None:
        raise NotFound("screen_gone")
    return _shown(row.id, row.name, row.secret and _open(row.id, row.secret), at)


def code_sites(user: SignedIn) -> list[CodeSite]:
    """The sites whose code this person may show, by name."""
    mine = policy.visible_to(user).where(Site.archived_at.is_(None)).with_only_columns(Site.id)
    found = (
        select(Site.id, Site.name, Site.address, SiteCode.site_id.is_not(None))
        .outerjoin(SiteCode, SiteCode.site_id == Site.id)
        .where(Site.id.in_(mine))
        .order_by(Site.name, Site.id)
    )
    return [CodeSite(*row) for row in conn().execute(found)]


def screens(site_id: int) -> list[Screen]:
    """The open ones, newest first."""
    return [Screen(*row) for row in conn().execute(_SCREENS, {"site": site_id})]


def open_screens(site_id: int) -> int:
    return conn().execute(_COUNT, {"site": site_id}).scalar_one()


def _shown(site_id: int, name: str, secret: str | None, at: datetime) -> CodeShown:
    return CodeShown(site_id, name, digits_at(secret, at) if secret else None, seconds_left(at))


def _open(site_id: int, sealed: str) -> str | None:
    """A secret nobody can read any more is as good as none: starting the code again makes a new one."""
    try:
        return unseal(sealed)
    except SealBroken:
        log.warning("the code of site %s was sealed with a key that is gone", site_id)
        return None


_SECRET = select(SiteCode.secret).where(SiteCode.site_id == bindparam("site"))
_OPEN: Any = (SiteScreen.site_id == bindparam("site"), SiteScreen.closed_at.is_(None))
_SCREENS = (
    select(SiteScreen.id, SiteScreen.label, SiteScreen.opened_at, Employee.name)
    .join(Employee, Employee.id == SiteScreen.opened_by)
    .where(*_OPEN)
    .order_by(SiteScreen.id.desc())
)
_COUNT = select(func.count()).select_from(SiteScreen).where(*_OPEN)
_SCREEN = (
    select(Site.id, Site.name, SiteCode.secret)
    .join(SiteScreen, SiteScreen.site_id == Site.id)
    .outerjoin(SiteCode, SiteCode.site_id == Site.id)
    .where(SiteScreen.token_hash == bindparam("mark"), SiteScreen.closed_at.is_(None), Site.archived_at.is_(None))
)
