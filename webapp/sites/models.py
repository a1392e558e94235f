"""Client sites, store types, who supervises where, proposed positions, the code a store shows."""

from datetime import date

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core import triggers
from webapp.core.db import JSONB, UTC, Id, db


class StoreType(db.Model):
    """A scenario: supermarket, community, convenience …; carries the default shift and grace."""

    __tablename__ = "store_type"
    __table_args__ = (
        UniqueConstraint("branch_id", "code"),
        CheckConstraint("grace_minutes between 0 and 240", name="grace"),
    )

    id: Mapped[Id]
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    code: Mapped[str] = mapped_column(String(30))
    name_en: Mapped[str] = mapped_column(String(60))
    name_zh: Mapped[str] = mapped_column(String(60))
    shift_start: Mapped[str] = mapped_column(String(5))
    """Local "HH:MM"; an end at or before the start is on the next day."""
    shift_end: Mapped[str] = mapped_column(String(5))
    grace_minutes: Mapped[int]
    terms: Mapped[JSONB] = mapped_column(default=dict, server_default="{}")
    """What schedules.rules.Terms says here: core hours, breaks, minimum stay, windows, bands; {}: the usual."""
    fence_policy: Mapped[JSONB] = mapped_column(default=dict, server_default="{}")
    """What differs from the branch's."""
    version: Mapped[int] = mapped_column(default=1)


class Site(db.Model):
    """A client site. lat/lng are WGS-84 degrees; both or neither. The declared source is kept beside them."""

    __tablename__ = "site"
    __table_args__ = (
        UniqueConstraint("branch_id", "code"),
        CheckConstraint("radius_m between 30 and 2000", name="radius"),
        CheckConstraint("(lat is null) = (lng is null)", name="position"),
        CheckConstraint("lat between -90 and 90 and lng between -180 and 180", name="range"),
        CheckConstraint("datum in ('wgs84','gcj02','bd09')", name="datum"),
        Index("ix_site_place", "branch_id", "lat", "lng"),
        Index("ix_site_name", "branch_id", "archived_at", "name"),
        Index("ix_site_type", "branch_id", "store_type_id"),
    )

    id: Mapped[Id]
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    store_type_id: Mapped[int] = mapped_column(ForeignKey("store_type.id"))
    code: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(120))
    brand: Mapped[str] = mapped_column(String(80), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    lat: Mapped[float | None] = mapped_column(Float(53))
    lng: Mapped[float | None] = mapped_column(Float(53))
    datum: Mapped[str] = mapped_column(String(8), default="wgs84")
    """The coordinate system the source values were declared in."""
    source_lat: Mapped[float | None] = mapped_column(Float(53))
    source_lng: Mapped[float | None] = mapped_column(Float(53))
    radius_m: Mapped[int] = mapped_column(default=150)
    polygon: Mapped[JSONB | None]
    """[[lat, lng], …] in WGS-84, for an area that is no circle."""
    fence_version: Mapped[int] = mapped_column(default=1)
    """Counts changes of position, radius or outline; a verdict keeps the one it was made with."""
    archived_at: Mapped[UTC | None]
    created_at: Mapped[UTC]
    version: Mapped[int] = mapped_column(default=1)


class EarlierStoreType(db.Model):
    """The type a site had before it was given another; in force on work dates before `until_on`."""

    __tablename__ = "earlier_store_type"
    __table_args__ = (Index("ix_earlier_store_type_branch", "branch_id", "until_on"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    until_on: Mapped[date] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    store_type_id: Mapped[int] = mapped_column(ForeignKey("store_type.id"))


class SiteSupervisor(db.Model):
    __tablename__ = "site_supervisor"
    __table_args__ = (Index("ix_site_supervisor_employee", "employee_id"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), primary_key=True)


class SiteProposal(db.Model):
    """A position suggested by a rep standing there, for a site that has none."""

    __tablename__ = "site_proposal"
    __table_args__ = (
        UniqueConstraint("employee_id", "client_id"),
        CheckConstraint("state in ('open','approved','rejected')", name="state"),
        Index("ix_site_proposal_state", "state", "site_id"),
    )

    id: Mapped[Id]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    client_id: Mapped[str] = mapped_column(String(36))
    lat: Mapped[float] = mapped_column(Float(53))
    lng: Mapped[float] = mapped_column(Float(53))
    accuracy_m: Mapped[float] = mapped_column(Float(53))
    proposed_at: Mapped[UTC]
    state: Mapped[str] = mapped_column(String(10), default="open")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    decided_at: Mapped[UTC | None]
    reason: Mapped[str | None] = mapped_column(String(300))
    coarse_at: Mapped[UTC | None]
    """When its position was made coarse."""


class NewSite(db.Model):
    """A store that is in no list, said by a rep who stands in it. What it became: `site_id`, new or listed before."""

    __tablename__ = "new_site_proposal"
    __table_args__ = (
        UniqueConstraint("employee_id", "client_id"),
        CheckConstraint("state in ('open','added','known','rejected')", name="state"),
        CheckConstraint("(lat is null) = (lng is null)", name="position"),
        CheckConstraint("lat between -90 and 90 and lng between -180 and 180", name="range"),
        CheckConstraint("(state in ('added','known')) = (site_id is not null)", name="site"),
        CheckConstraint("(state = 'open') = (decided_at is null)", name="decided"),
        Index("ix_new_site_proposal_state", "branch_id", "state", "id"),
    )

    id: Mapped[Id]
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    client_id: Mapped[str] = mapped_column(String(36))
    fingerprint: Mapped[str] = mapped_column(String(32))
    """Of what was said; it outlives the exact position."""
    name: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(String(300), default="")
    lat: Mapped[float | None] = mapped_column(Float(53))
    lng: Mapped[float | None] = mapped_column(Float(53))
    accuracy_m: Mapped[float | None] = mapped_column(Float(53))
    proposed_at: Mapped[UTC]
    """When the rep stood there."""
    state: Mapped[str] = mapped_column(String(10), default="open")
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    """The rep's supervisor, who knows the store."""
    checked_at: Mapped[UTC | None]
    word: Mapped[str | None] = mapped_column(String(300))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    decided_at: Mapped[UTC | None]
    reason: Mapped[str | None] = mapped_column(String(300))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    coarse_at: Mapped[UTC | None]


_SAID = ("id", "employee_id", "branch_id", "client_id", "fingerprint", "name", "note", "proposed_at")
_EXACT_ONCE = (
    "(OLD.{0} IS NULL) <> (NEW.{0} IS NULL) OR (OLD.{0} <> NEW.{0} AND "
    "(abs(NEW.{0} - OLD.{0}) > 0.005001 OR abs(NEW.{0} * 100 - round(NEW.{0} * 100)) > 0.000001))"
)
_TABLE = NewSite.__tablename__
triggers.attach(
    NewSite.__table__,  # type: ignore[arg-type]
    [
        triggers.guard(
            _TABLE, "said", "UPDATE", message=f"{_TABLE} is what somebody said",
            refuse_when=" OR ".join(f"OLD.{name} <> NEW.{name}" for name in _SAID),
        ),
        triggers.guard(
            _TABLE, "only_coarser", "UPDATE", message="a position only gets coarser",
            refuse_when=" OR ".join(_EXACT_ONCE.format(name) for name in ("lat", "lng")),
        ),
        triggers.guard(
            _TABLE, "decided_once", "UPDATE", message=f"{_TABLE} is decided",
            refuse_when="OLD.state <> 'open' AND (OLD.state <> NEW.state OR OLD.decided_by <> NEW.decided_by)",
        ),
        triggers.guard(_TABLE, "no_delete", "DELETE", refuse_when="1 = 1", message=f"{_TABLE} is what somebody said"),
    ],
)  # fmt: skip


class SiteCode(db.Model):
    """What the rotating code of a site is made from, sealed (core/secrets.py). None until somebody starts it."""

    __tablename__ = "site_code"

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(300))
    started_at: Mapped[UTC]
    started_by: Mapped[int] = mapped_column(ForeignKey("employee.id"))


class SiteScreen(db.Model):
    """A screen in the shop that shows the code. Of its address only a hash is kept."""

    __tablename__ = "site_screen"
    __table_args__ = (UniqueConstraint("token_hash"), Index("ix_site_screen_site", "site_id", "closed_at"))

    id: Mapped[Id]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    token_hash: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(40))
    opened_at: Mapped[UTC]
    opened_by: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    closed_at: Mapped[UTC | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
