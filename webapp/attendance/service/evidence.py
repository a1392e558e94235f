"""Writing down what a phone said: evidence, verdict, and what a person must decide about it."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Protocol

from sqlalchemy import and_, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from webapp.attendance.models import AttendanceException, CheckIn, Verdict
from webapp.attendance.rules import ABOUT_A_TAP, DayFacts, DayResult, Evidence, Judgement, Outcome, Tap
from webapp.core.authz import BranchInfo
from webapp.core.db import conn, is_postgres
from webapp.core.errors import Conflict
from webapp.core.prepared import Prepared
from webapp.sites.rules import SiteInfo


class Person(Protocol):
    """A SignedIn, or anybody with an id and a branch."""

    @property
    def id(self) -> int: ...
    @property
    def branch_id(self) -> int: ...
    @property
    def branch(self) -> BranchInfo: ...


@dataclass(frozen=True, slots=True)
class Note:
    """One tap on its way into the tables."""

    rep: Person
    kind: str
    evidence: Evidence
    tap: Tap
    received_at: datetime
    site: SiteInfo | None
    on: date
    fingerprint: str

    @property
    def pair(self) -> tuple[int, date]:
        return self.rep.id, self.on


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of it. A repetition has the first answer without site, day and facts."""

    check_in_id: int
    client_id: str
    judgement: Judgement
    work_date: date
    counted_at: datetime
    exception_id: int | None
    duplicate: bool
    problem: str | None = None
    late: bool = False
    site: SiteInfo | None = None
    day: DayResult | None = None
    facts: DayFacts | None = None
    outcome: Outcome = Outcome()


def insert_check_in(*, note: Note) -> int | None:
    """The new row's id, or None when this id was recorded before; the database decides who was first (T18)."""
    return _insert(is_postgres()).run(_row(note)).scalar()


def insert_verdict(*, check_in_id: int, judged: Judgement, site: SiteInfo | None) -> None:
    _VERDICT.run(_verdict_row(check_in_id, judged, site))


def ask_a_person(*, check_in_id: int, note: Note, judged: Judgement, outcome: Outcome) -> int | None:
    """Open the exception the outcome names; its id."""
    if outcome.kind is None:
        return None
    fix, site = note.evidence.fix, note.site
    params = {
        "verdict": judged.verdict,
        "reason": judged.reason,
        "distance_m": None if judged.distance_m is None else round(judged.distance_m, 1),
        "accuracy_m": fix and fix.accuracy_m,
        "radius_m": _radius(site),
        "problem": note.tap.problem,
        "why": note.tap.why,
        "skew_s": note.tap.skew_s,
    }
    if note.evidence.remark:
        params["remark"] = note.evidence.remark
    if outcome.counts:
        params["counts"] = True
    if note.evidence.cannot:
        params |= {"cannot": note.evidence.cannot, "note": note.evidence.note}
    row = {
        "dedup_key": f"check_in|{check_in_id}",
        "employee_id": note.rep.id,
        "branch_id": note.rep.branch_id,
        "work_date": note.on,
        "kind": outcome.kind,
        "check_in_id": check_in_id,
        "site_id": site and site.site_id,
        "opened_at": note.received_at,
        "params": params,
        "state": "open",
        "state_seq": 0,
    }
    return conn().execute(_EXCEPTION, row).scalar()


def beyond_m(judged: Judgement, site: SiteInfo) -> float | None:
    """Metres from the edge of the site's fence, negative inside a circle."""
    return None if judged.distance_m is None else judged.distance_m - (_radius(site) or 0)


def _radius(site: SiteInfo | None) -> int | None:
    """None where the fence has corners: the distance is from their area then."""
    return None if site is None or site.polygon else site.radius_m


def earlier(*, employee_id: int, client_id: str, mark: str) -> Recorded | None:
    row = conn().execute(_SAME, {"who": employee_id, "client": client_id}).first()
    if row is None:
        return None
    if row.fingerprint != mark:
        raise Conflict("same_id_other_content")
    judged = Judgement(row.verdict, row.reason, row.distance_m)
    outcome = Outcome(row.exception_kind, bool((row.exception_params or {}).get("counts")))
    return Recorded(row.id, client_id, judged, row.work_date, row.counted_at, row.exception_id, True, outcome=outcome)


def _row(note: Note) -> dict[str, Any]:
    evidence, fix = note.evidence, note.evidence.fix
    return {
        "client_id": evidence.client_id,
        "fingerprint": note.fingerprint,
        "employee_id": note.rep.id,
        "branch_id": note.rep.branch_id,
        "site_id": note.site and note.site.site_id,
        "kind": note.kind,
        "work_date": note.on,
        "tapped_at": evidence.tapped_at or note.received_at,
        "received_at": note.received_at,
        "counted_at": note.tap.counted_at,
        "skew_s": note.tap.skew_s,
        "lat": fix and fix.lat,
        "lng": fix and fix.lng,
        "accuracy_m": fix and fix.accuracy_m,
        "fix_at": fix and fix.at,
        "no_fix": evidence.no_fix,
        "source": "phone",
        "token_at": evidence.token_at,
        "device_key": evidence.device_key,
        "signed": evidence.signed,
        "extra": {**evidence.extra, **({"cannot": evidence.cannot} if evidence.cannot else {})} or None,
    }


def _verdict_row(check_in_id: int, judged: Judgement, site: SiteInfo | None) -> dict[str, Any]:
    return {
        "check_in_id": check_in_id,
        "verdict": judged.verdict,
        "reason": judged.reason,
        "distance_m": judged.distance_m,
        "radius_m": _radius(site),
        "fence_version": site and site.fence_version,
    }


@cache
def _insert(postgres: bool) -> Prepared:
    query = (postgresql if postgres else sqlite).insert(CheckIn)
    new = query.on_conflict_do_nothing(index_elements=["employee_id", "client_id"])
    return Prepared(new.returning(CheckIn.id))


_VERDICT = Prepared(insert(Verdict).inline())
_EXCEPTION = insert(AttendanceException).returning(AttendanceException.id)
_SAME = (
    select(
        CheckIn.id,
        CheckIn.fingerprint,
        CheckIn.work_date,
        CheckIn.counted_at,
        Verdict.verdict,
        Verdict.reason,
        Verdict.distance_m,
        AttendanceException.id.label("exception_id"),
        AttendanceException.kind.label("exception_kind"),
        AttendanceException.params.label("exception_params"),
    )
    .join(Verdict, Verdict.check_in_id == CheckIn.id)
    .outerjoin(
        AttendanceException,
        and_(AttendanceException.check_in_id == CheckIn.id, AttendanceException.kind.in_(sorted(ABOUT_A_TAP))),
    )
    .where(CheckIn.employee_id == bindparam("who"), CheckIn.client_id == bindparam("client"))
)
