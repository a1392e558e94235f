"""The facts of check-ins that signals are made of: five statements, however many rep-days, and one each
for codes and for photos that somebody sent."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, cast, exists, literal, select, true, tuple_

from webapp.attendance.models import (
    AttendanceDay,
    AttendanceException,
    CheckIn,
    CheckInSignals,
    CheckInVoid,
    CodeUse,
    Photo,
)
from webapp.attendance.queries.facts import Pair
from webapp.attendance.queries.photos import Repeat, photo_repeats
from webapp.attendance.queries.site_code import code_reuse
from webapp.attendance.rules.signals import (
    NEWEST,
    REMEMBERED,
    Again,
    CodeTyped,
    Facts,
    Phone,
    PhotoAgain,
    Seen,
    SignalSettings,
    packed,
)
from webapp.attendance.rules.signals.place import TOGETHER
from webapp.core.db import conn, is_postgres
from webapp.people.models import Branch, Device
from webapp.sites.models import Site

MOST_ALIKE = 2000
DEDUP = "signals|"


@dataclass(frozen=True, slots=True)
class Stored:
    """What was found before: score None when never; `state` None when no exception was ever opened.

    `asked`: what the check-in was in doubt for when it arrived, if that goes to a person anyway.
    """

    score: int | None
    signals: Any
    spot: int | None
    exception_id: int | None
    state: str | None
    params: Any
    asked: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """One check-in to be weighed. `settled`: its day is paid."""

    facts: Facts
    settings: SignalSettings
    branch_id: int
    site_id: int | None
    settled: bool
    stored: Stored


def cases(pairs: Collection[Pair], *, since: datetime) -> list[Case]:
    """The arrivals of some rep-days that were not taken back, counted at or after `since`, positions still exact."""
    wanted = sorted(set(pairs))
    rows = conn().execute(_TAPS, {**_span(wanted), "since": since}).all() if wanted else []
    if not rows:
        return []
    taps = {row.id: _seen(row) for row in rows}
    before = _before({(tap.employee_id, tap.on) for tap in taps.values()})
    again, phones = _again(taps.values()), _phones({tap.device_key for tap in taps.values() if tap.device_key})
    shared = code_reuse([row.id for row in rows if row.coded])
    photos = photo_repeats([row.id for row in rows if row.pictured])
    known: dict[int, SignalSettings] = {}
    found = []
    for row in rows:
        tap = taps[row.id]
        earlier, repeats = _earlier(before[tap.employee_id, tap.on], tap), _repeats(photos.get(row.id, ()), tap)
        code = CodeTyped(shared.get(row.id, ())) if row.coded else None
        facts = Facts(tap, earlier, again[row.id], phones[tap.device_key or ""], repeats, code=code)
        settings = known.setdefault(row.branch_id, SignalSettings.of(row.settings))
        settled = row.settled_through is not None and tap.on <= row.settled_through
        stored = Stored(row.score, row.signals, row.spot, row.exception_id, row.state, row.params, row.asked)
        found.append(Case(facts, settings, row.branch_id, row.site_id, settled, stored))
    return found


def unweighed(pairs: Collection[Pair], *, since: datetime) -> dict[int, Pair]:
    """{check-in: rep-day} of arrivals that nobody has weighed yet. One statement."""
    rows = conn().execute(_UNWEIGHED, {**_span(sorted(set(pairs))), "since": since}) if pairs else ()
    return {row.id: (row.employee_id, row.work_date) for row in rows}


def asked_about(check_in_id: Any) -> ColumnElement[bool]:
    """Join the question to HR about a check-in, by its unique key."""
    return AttendanceException.dedup_key == literal(DEDUP).concat(cast(check_in_id, String))


def _seen(row: Any) -> Seen:
    extra: Mapping[str, Any] = row.extra or {}
    site = None if row.site_lat is None or row.site_lng is None else (row.site_lat, row.site_lng)
    return Seen(
        row.id, row.employee_id, row.work_date, row.counted_at, row.tapped_at, row.received_at, row.lat, row.lng,
        row.accuracy_m, row.fix_at, site, _moment(extra.get("sent_at")), row.token_at, row.device_key, row.signed,
        extra.get("altitude"), extra.get("speed"),
    )  # fmt: skip


def _seen_before(row: Any) -> Seen:
    """Only what an earlier check-in is asked for; there are fifty for each that is weighed."""
    who, of_date, number, on, at, tapped_at, lat, lng, accuracy_m, fix_at, device_key, site_lat, site_lng = row
    site = None if site_lat is None or site_lng is None else (site_lat, site_lng)
    return Seen(number, who, on, at, tapped_at, at, lat, lng, accuracy_m, fix_at, site, device_key=device_key)


def _span(pairs: Collection[Pair]) -> dict[str, Any]:
    """People and dates lead through the index, pairs keep what is wanted: SQLite finds no index for pairs alone."""
    return {"pairs": pairs, "people": sorted({who for who, _ in pairs}), "dates": sorted({on for _, on in pairs})}


def _moment(text: Any) -> datetime | None:
    """The phone's time of sending, as it wrote it."""
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return None if found.tzinfo is None else found


def _before(pairs: Collection[Pair]) -> dict[Pair, list[Seen]]:
    """The newest check-ins up to each date, its own included, in order."""
    found: dict[Pair, list[Seen]] = defaultdict(list)
    for row in conn().execute(_newest(is_postgres()), _span(sorted(pairs))):
        found[row.employee_id, row.of_date].append(_seen_before(row))
    for seen in found.values():
        seen.sort(key=lambda one: (one.at, one.check_in_id))
    return found


def _earlier(seen: Iterable[Seen], tap: Seen) -> Sequence[Seen]:
    since = tap.at - REMEMBERED
    return [one for one in seen if one.at >= since and (one.at, one.check_in_id) < (tap.at, tap.check_in_id)]


def _again(taps: Collection[Seen]) -> dict[int, list[Again]]:
    """Who else was at the very same spot, by check-in: those weighed before, and these among each other."""
    placed = [tap for tap in taps if tap.spot is not None]
    found: dict[int, dict[int, Again]] = defaultdict(dict)
    for tap in placed:
        one = Again(tap.check_in_id, tap.employee_id, tap.on, tap.at, tap.fix_at)
        found[packed(tap.spot)][tap.check_in_id] = one  # type: ignore[arg-type]
    if placed:
        first, last = min(tap.at for tap in placed), max(tap.at for tap in placed)
        asked = {"spots": sorted(found), "since": first - REMEMBERED, "until": last + TOGETHER}
        for row in conn().execute(_ALIKE, asked):
            found[row.spot][row.check_in_id] = Again(*row[1:])
    return defaultdict(list, {tap.check_in_id: _others(found[packed(tap.spot)].values(), tap) for tap in placed})  # type: ignore[arg-type]


def _others(alike: Iterable[Again], tap: Seen) -> list[Again]:
    since, until = tap.at - REMEMBERED, tap.at + TOGETHER
    return [one for one in alike if one.check_in_id != tap.check_in_id and since <= one.at <= until]


def _repeats(found: Iterable[Repeat], tap: Seen) -> list[PhotoAgain]:
    return [PhotoAgain(one.kind == "same", one.other_employee_id == tap.employee_id, one.other_on) for one in found]


def _phones(keys: Collection[str]) -> dict[str, list[Phone]]:
    found: dict[str, list[Phone]] = defaultdict(list)
    for row in conn().execute(_KEYS, {"keys": sorted(keys)}) if keys else ():
        found[row.key].append(Phone(row.employee_id, row.state, row.first_seen, row.decided_by is not None))
    return found


def _wanted(table: Any) -> tuple[ColumnElement[bool], ...]:
    who, on = table.employee_id, table.work_date
    people, dates, pairs = (bindparam(name, expanding=True) for name in ("people", "dates", "pairs"))
    return who.in_(people), on.in_(dates), tuple_(who, on).in_(pairs)


_SEEN = (
    CheckIn.id, CheckIn.employee_id, CheckIn.work_date, CheckIn.counted_at, CheckIn.tapped_at, CheckIn.received_at,
    CheckIn.lat, CheckIn.lng, CheckIn.accuracy_m, CheckIn.fix_at, CheckIn.token_at, CheckIn.device_key, CheckIn.signed,
    CheckIn.extra, Site.lat.label("site_lat"), Site.lng.label("site_lng"),
)  # fmt: skip
_CODED = exists().where(CodeUse.check_in_id == CheckIn.id, CodeUse.vouched).correlate(CheckIn)
_PICTURED = exists().where(Photo.check_in_id == CheckIn.id).correlate(CheckIn)
_DOUBT = AttendanceException.__table__.alias("doubt")
_ARRIVALS = (
    *_wanted(CheckIn),
    CheckIn.kind == "in",
    CheckIn.counted_at >= bindparam("since"),
    CheckIn.id > Branch.coarse_through,
    CheckInVoid.check_in_id.is_(None),
)
_TAPS = (
    select(
        *_SEEN, CheckIn.branch_id, CheckIn.site_id, Branch.signals.label("settings"), Branch.settled_through,
        CheckInSignals.score, CheckInSignals.signals, CheckInSignals.spot,
        AttendanceException.id.label("exception_id"), AttendanceException.state, AttendanceException.params,
        _DOUBT.c.kind.label("asked"), _CODED.label("coded"), _PICTURED.label("pictured"),
    )
    .join(Branch, Branch.id == CheckIn.branch_id)
    .outerjoin(Site, Site.id == CheckIn.site_id)
    .outerjoin(CheckInVoid, CheckInVoid.check_in_id == CheckIn.id)
    .outerjoin(CheckInSignals, CheckInSignals.check_in_id == CheckIn.id)
    .outerjoin(AttendanceException, asked_about(CheckIn.id))
    .outerjoin(_DOUBT, _DOUBT.c.dedup_key == literal("check_in|").concat(cast(CheckIn.id, String)))
    .where(*_ARRIVALS)
    .order_by(CheckIn.id)
)  # fmt: skip
_UNWEIGHED = (
    select(CheckIn.id, CheckIn.employee_id, CheckIn.work_date)
    .join(Branch, Branch.id == CheckIn.branch_id)
    .outerjoin(CheckInVoid, CheckInVoid.check_in_id == CheckIn.id)
    .outerjoin(CheckInSignals, CheckInSignals.check_in_id == CheckIn.id)
    .where(*_ARRIVALS, CheckInSignals.check_in_id.is_(None))
)
_ALIKE = (
    select(
        CheckInSignals.spot, CheckInSignals.check_in_id, CheckInSignals.employee_id, CheckInSignals.work_date,
        CheckInSignals.at, CheckIn.fix_at,
    )
    .join(CheckIn, CheckIn.id == CheckInSignals.check_in_id)
    .outerjoin(CheckInVoid, CheckInVoid.check_in_id == CheckInSignals.check_in_id)
    .where(
        CheckInSignals.spot.in_(bindparam("spots", expanding=True)),
        CheckInSignals.at.between(bindparam("since"), bindparam("until")),
        CheckInVoid.check_in_id.is_(None),
    )
    .order_by(CheckInSignals.at.desc())
    .limit(MOST_ALIKE)
)  # fmt: skip
_KEYS = select(Device.key, Device.employee_id, Device.state, Device.first_seen, Device.decided_by).where(
    Device.key.in_(bindparam("keys", expanding=True))
)


@cache
def _newest(postgres: bool) -> Select[Any]:
    """Each rep-day's newest check-ins through ix_check_in_day, never more than NEWEST of them."""
    day, mine = AttendanceDay.__table__, CheckIn.__table__.alias("mine")
    few = (
        select(mine.c.id)
        .where(mine.c.employee_id == day.c.employee_id, mine.c.work_date <= day.c.work_date, mine.c.kind == "in")
        .order_by(mine.c.work_date.desc(), mine.c.tapped_at.desc())
        .limit(NEWEST)
        .correlate(day)
    )
    query = select(
        CheckIn.employee_id, day.c.work_date.label("of_date"), CheckIn.id, CheckIn.work_date, CheckIn.counted_at,
        CheckIn.tapped_at, CheckIn.lat, CheckIn.lng, CheckIn.accuracy_m, CheckIn.fix_at, CheckIn.device_key,
        Site.lat.label("site_lat"), Site.lng.label("site_lng"),
    ).select_from(day)  # fmt: skip
    if postgres:
        side = few.lateral("few")
        query = query.join(side, true()).join(CheckIn, CheckIn.id == side.c.id)
    else:
        query = query.join(CheckIn, CheckIn.id.in_(few))
    return (
        query.outerjoin(Site, Site.id == CheckIn.site_id)
        .outerjoin(CheckInVoid, CheckInVoid.check_in_id == CheckIn.id)
        .where(*_wanted(day.c), CheckInVoid.check_in_id.is_(None))
    )
