"""Recording a check-in or check-out: evidence, verdict, what a person must decide, and the day. The hot path."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam

from webapp.attendance.models import AttendanceDay
from webapp.attendance.queries import days, days_and_branches, expectation_of, load_facts, midnight
from webapp.attendance.queries.facts import RESULT_COLUMNS, Pair
from webapp.attendance.queries.months import in_closed_months
from webapp.attendance.rules import (
    ON_TIME,
    DayFacts,
    DayResult,
    Evidence,
    Fence,
    Issue,
    Judgement,
    Mark,
    Outcome,
    Tap,
    as_stored,
    ask_first,
    build_day,
    first_site,
    judge,
    outcome_of,
    over_at,
    place_tap,
    still_counts,
    trusted,
)
from webapp.attendance.rules.day import MARGIN
from webapp.attendance.service.days import announce, keep, lock_people
from webapp.attendance.service.evidence import (
    Note,
    Person,
    Recorded,
    ask_a_person,
    beyond_m,
    earlier,
    insert_check_in,
    insert_verdict,
)
from webapp.attendance.service.held import hold_days
from webapp.attendance.service.photos import ask_for_photo
from webapp.core.db import conn, together
from webapp.core.errors import NotFound
from webapp.core.ids import fingerprint
from webapp.schedules.queries import expectation, work_day
from webapp.schedules.rules import Expectation, never_closed
from webapp.sites.queries.places import FOR_REP, INFO_WIDTH, site_info
from webapp.sites.rules import SiteInfo
from webapp.sites.rules.policy import DEFAULT_POLICY

log = logging.getLogger("onsite.attendance")


def check_in(*, rep: Person, evidence: Evidence, site_id: int, at: datetime) -> Recorded:
    """Record an arrival at a site. The same id and content again gives the first answer.

    Raises NotFound (no such active site in the rep's branch), Conflict (same id, other content).
    """
    lock_people(ids=[rep.id])
    mark = fingerprint(["in", site_id, evidence.content()])
    tap = placed(evidence, at)
    site, days_near = _site_and_days(rep, site_id, tap.counted_at)
    if site is None:
        if known := earlier(employee_id=rep.id, client_id=evidence.client_id, mark=mark):
            return known
        raise NotFound("not_found", "site_id")
    tap = trusted(tap, at, site.policy.offline_hours)
    on, expected, stored = _work_day(rep, tap.counted_at, site_id, days_near)
    return _record(Note(rep, "in", evidence, tap, at, site, on, mark), expected, stored)


def check_out(
    *, rep: Person, evidence: Evidence, site: SiteInfo | None, work_date: date, content: list[Any], at: datetime
) -> Recorded:
    """Record a departure on the work date of its arrival (T14); where it happened is noted, never in the way.

    `content` is what else must be equal when it comes again. Raises Conflict (same id, other content).
    """
    lock_people(ids=[rep.id])
    policy = site.policy if site else DEFAULT_POLICY
    tap = trusted(placed(evidence, at), at, policy.offline_hours)
    mark = fingerprint(["out", site and site.site_id, evidence.content(), content])
    stored = days([(rep.id, work_date)]).get((rep.id, work_date))
    if stored and tap.counted_at >= _closes(rep, work_date, expectation_of(stored)):
        tap = replace(tap, problem="missing_out")
    return _record(Note(rep, "out", evidence, tap, at, site, work_date, mark), None, stored)


def placed(evidence: Evidence, at: datetime) -> Tap:
    """When a tap was, as far as its evidence tells; without a script the arrival is the tap."""
    if evidence.tapped_at is None:
        return place_tap(at, at, None)
    return place_tap(evidence.tapped_at, at, evidence.sent_at, evidence.token)


def _closes(rep: Person, on: date, expected: Expectation) -> datetime:
    """From when on a check-out no longer ends its day. A visit of a day without a shift may go on past midnight."""
    end = over_at(DayFacts(midnight(on, rep.branch.timezone)), expected)
    return end if expected.scheduled else end + MARGIN


def _record(note: Note, expected: Expectation | None, stored: DayResult | None) -> Recorded:
    check_in_id = insert_check_in(note=note)
    if check_in_id is None:
        known = earlier(employee_id=note.rep.id, client_id=note.evidence.client_id, mark=note.fingerprint)
        assert known is not None
        return known
    judged = _judged(note)
    outcome = _outcome(note, judged)
    exception_id = ask_a_person(check_in_id=check_in_id, note=note, judged=judged, outcome=outcome)
    asked = [*_about(check_in_id, exception_id, outcome), *_photo(note, check_in_id)]
    if stored is not None:  # its facts are read, with this verdict
        insert_verdict(check_in_id=check_in_id, judged=judged, site=note.site)
    facts = _facts(note, check_in_id, judged, asked, stored)
    day = build_day(facts, _expected(note, facts, expected, stored), note.received_at)
    waits = _waits(note)
    with together():
        if stored is None:
            insert_verdict(check_in_id=check_in_id, judged=judged, site=note.site)
        if waits:
            hold_days(pairs=waits, at=note.received_at)
        else:
            if day != stored:
                keep(pair=note.pair, branch_id=note.rep.branch_id, day=day, at=note.received_at)
            announce(pair=note.pair, at=note.received_at)
    told = (
        check_in_id,
        note.evidence.client_id,
        judged,
        note.on,
        note.tap.counted_at,
        exception_id,
        False,
        note.tap.problem,
    )
    return Recorded(*told, late=note.tap.late, site=note.site, day=day, facts=facts, outcome=outcome)


def _waits(note: Note) -> dict[Pair, int]:
    """The day and its branch when a tap arrived that late that its month is closed; today and yesterday never are."""
    if never_closed(note.on, note.received_at.astimezone(note.rep.branch.zone).date()):
        return {}
    branches = days_and_branches([note.pair])[1]
    return {pair: branches[pair].id for pair in in_closed_months(branches, note.received_at)}


def _site_and_days(rep: Person, site_id: int, at: datetime) -> tuple[SiteInfo | None, dict[date, DayResult]]:
    """The site, if the rep may use it, and the rep's stored days around a moment: one statement."""
    today = at.astimezone(rep.branch.zone).date()
    one = timedelta(days=1)
    asked = {"site": site_id, "branch": rep.branch_id, "who": rep.id, "first": today - one, "last": today + one}
    rows = conn().execute(_HERE, asked).all()
    site = site_info(rows[0]) if rows else None
    found = {row.work_date: DayResult(*row[INFO_WIDTH + 1 :]) for row in rows if row.work_date is not None}
    return site, found


def _work_day(
    rep: Person, at: datetime, site_id: int, stored: Mapping[date, DayResult]
) -> tuple[date, Expectation | None, DayResult | None]:
    """The work date, what is expected of it (None: as stored), and the day as it stands."""
    for on, day in stored.items():
        if day.scheduled and day.first_in and day.first_in <= at and day.starts_at <= at <= day.ends_at:  # type: ignore[operator]
            return on, None, day
    on, expected = work_day(rep.id, at, rep.branch, site_id=site_id)
    return on, expected, stored.get(on)


def _judged(note: Note) -> Judgement:
    """Whatever goes wrong here, nothing is accepted and nothing is lost: a person looks (T6)."""
    site, tap = note.site, note.tap
    try:
        fence = Fence(site.lat, site.lng, site.radius_m, site.polygon or ()) if site and site.placed else None  # type: ignore[arg-type]
        tapped = note.evidence.tapped_at or tap.counted_at
        return judge(note.evidence.fix, fence, tapped_at=tapped, counted_at=tap.counted_at, no_fix=note.evidence.no_fix)
    except Exception:  # noqa: BLE001 - a defect in the geometry must not cost anybody their day
        log.exception("the fence could not be judged")
        return Judgement("uncertain", "not_judged")


def _outcome(note: Note, judged: Judgement) -> Outcome:
    """Raises Invalid when the phone can be asked first; then nothing is recorded.

    Where a departure was is only noted. A tap that waited is not asked about: the person has moved on since.
    """
    if note.kind != "in" or note.site is None:
        return Outcome(note.tap.problem)
    policy, evidence = note.site.policy, note.evidence
    if note.tap.problem is None and note.received_at - note.tap.counted_at <= ON_TIME:
        ask_first(judged, policy, evidence, beyond_m(judged, note.site))
    return outcome_of(judged, policy, evidence, note.tap.problem)


def _about(check_in_id: int, exception_id: int | None, outcome: Outcome) -> list[Issue]:
    opened = {"counts": True} if outcome.counts else {}
    return [] if exception_id is None else [Issue(exception_id, outcome.kind or "", "open", check_in_id, opened)]


def _photo(note: Note, check_in_id: int) -> list[Issue]:
    """Where a photo is required an arrival waits for it; elsewhere this asks the database nothing."""
    site = note.site
    if note.kind != "in" or site is None or site.policy.photo != "required":
        return []
    who = {"employee_id": note.rep.id, "branch_id": note.rep.branch_id, "site_id": site.site_id}
    asked = ask_for_photo(check_in_id=check_in_id, work_date=note.on, at=note.received_at, **who)
    return [Issue(asked, "photo", "open", check_in_id)]


def _facts(note: Note, check_in_id: int, judged: Judgement, asked: list[Issue], stored: DayResult | None) -> DayFacts:
    """The day's facts with the new mark; without a stored day there is nothing else to know about it."""
    zone = note.rep.branch.timezone
    if stored is not None:
        told = load_facts([note.pair], {note.rep.id: zone})[note.pair]
        return as_stored(still_counts(told, stored), stored.status)
    mark = Mark(check_in_id, note.kind, note.tap.counted_at, note.site and note.site.site_id, judged.verdict)  # type: ignore[arg-type]
    return DayFacts(midnight(note.on, zone), [mark], asked)


def _expected(note: Note, facts: DayFacts, expected: Expectation | None, stored: DayResult | None) -> Expectation:
    """The hours follow the site checked in at first, which need not be this one."""
    if expected is None and stored is not None:
        return expectation_of(stored)
    first = first_site(facts)
    if expected is not None and note.site is not None and first in (None, note.site.site_id):
        return expected
    return expectation(note.rep.id, note.on, note.rep.branch, site_id=first)


_HERE = FOR_REP.add_columns(
    AttendanceDay.work_date, *(AttendanceDay.__table__.c[name] for name in RESULT_COLUMNS)
).outerjoin(
    AttendanceDay,
    and_(
        AttendanceDay.employee_id == bindparam("who"),
        AttendanceDay.work_date.between(bindparam("first"), bindparam("last")),
    ),
)
