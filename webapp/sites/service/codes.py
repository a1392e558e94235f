"""Starting and renewing the code a store shows; opening and closing the screens that show it."""

import secrets
from datetime import datetime

import pyotp
from sqlalchemy import delete, insert, select, update

from webapp.core import audit
from webapp.core.authz import SignedIn
from webapp.core.db import conn, db
from webapp.core.errors import Invalid, NotFound
from webapp.core.secrets import seal
from webapp.sites import policy
from webapp.sites.models import Site, SiteCode, SiteScreen
from webapp.sites.queries.codes import code_secret, open_screens
from webapp.sites.rules.codes import screen_mark

MOST_SCREENS = 20
LONGEST_LABEL = 40


def start_code(*, by: SignedIn, site_id: int, at: datetime) -> None:
    """Make the secret on first use; one that can be read stays. Raises NotFound."""
    site = _mine(by, site_id)
    if code_secret(site.id) is None:
        _make(by, site, at, "site.code_started")


def renew_code(*, by: SignedIn, site_id: int, at: datetime) -> None:
    """A new secret: digits passed on from the old one are worth nothing, and open screens close. Raises NotFound."""
    _make(by, _mine(by, site_id), at, "site.code_renewed")
    still = SiteScreen.site_id == site_id, SiteScreen.closed_at.is_(None)
    conn().execute(update(SiteScreen).where(*still).values(closed_at=at, closed_by=by.id))


def open_screen(*, by: SignedIn, site_id: int, label: str, at: datetime) -> str:
    """The secret part of the new screen's address, which nobody can look up again. Raises NotFound, Invalid."""
    site, label = _mine(by, site_id), label.strip()
    if not label:
        raise Invalid("screen_label", "label")
    if len(label) > LONGEST_LABEL:
        raise Invalid("too_long", "label", limit=LONGEST_LABEL)
    if open_screens(site.id) >= MOST_SCREENS:
        raise Invalid("screen_many", limit=MOST_SCREENS)
    start_code(by=by, site_id=site_id, at=at)
    token = secrets.token_urlsafe(32)
    screen = SiteScreen(site_id=site.id, token_hash=screen_mark(token), label=label, opened_at=at, opened_by=by.id)
    db.session.add(screen)
    db.session.flush()
    _record(by, site, "site.screen_opened", {"screen": screen.id, "label": label}, at)
    return token


def close_screen(*, by: SignedIn, screen_id: int, at: datetime) -> int:
    """From now on its address opens nothing; the site's id. Again is the same. Raises NotFound."""
    screen = db.session.get(SiteScreen, screen_id)
    if screen is None:
        raise NotFound("not_found")
    site = _mine(by, screen.site_id)
    if screen.closed_at is None:
        screen.closed_at, screen.closed_by = at, by.id
        _record(by, site, "site.screen_closed", {"screen": screen.id, "label": screen.label}, at)
    return site.id


def _mine(by: SignedIn, site_id: int) -> Site:
    site = db.session.scalar(select(Site).where(Site.id == site_id).with_for_update())
    if site is None or site.archived_at is not None or not policy.can_show_code(by, site):
        raise NotFound("not_found")
    return site


def _make(by: SignedIn, site: Site, at: datetime, action: str) -> None:
    conn().execute(delete(SiteCode).where(SiteCode.site_id == site.id))
    row = {"site_id": site.id, "secret": seal(pyotp.random_base32()), "started_at": at, "started_by": by.id}
    conn().execute(insert(SiteCode), row)
    _record(by, site, action, {}, at)


def _record(by: SignedIn, site: Site, action: str, after: dict[str, object], at: datetime) -> None:
    audit.record(
        actor_id=by.id, action=action, object_type="site", object_id=site.id, branch_id=site.branch_id,
        before=None, after=after, reason=None, at=at,
    )  # fmt: skip
