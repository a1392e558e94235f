"""What the Today screen shows: the next store or the open visit, what is earned, what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from webapp.attendance.policy import SUPERVISORS_DECIDE
from webapp.attendance.service import UNDO_TIME, Recorded
from webapp.core.authz import SignedIn
from webapp.core.i18n import say
from webapp.core.ids import new_id
from webapp.rewards import queries as rewards
from webapp.rewards.rules import Earned
from webapp.rewards.rules.due import settles_at
from webapp.schedules import queries as schedules
from webapp.schedules.rules import Stop
from webapp.sites import queries as sites
from webapp.sites.rules import DEFAULT_POLICY, FencePolicy, offsets
from webapp.visits import queries as visits
from webapp.visits.queries import VisitSeen

STAY = timedelta(hours=16)
MOST_UNFINISHED = 3
MOST_KEPT = 30


@dataclass(frozen=True, slots=True)
class StopView:
    site_id: int
    name: str
    address: str
    window_text: str
    lat: float | None
    lng: float | None
    radius_m: int
    polygon: Sequence[Sequence[float]] | None = None
    policy: FencePolicy = DEFAULT_POLICY
    shows_code: bool = False

    @property
    def area(self) -> str:
        """The outline's corners as fence.js reads them; "" for a circle."""
        return offsets((self.lat, self.lng), self.polygon) if self.polygon and self.has_location else ""  # type: ignore[arg-type]

    @property
    def has_location(self) -> bool:
        return self.lat is not None


@dataclass(frozen=True, slots=True)
class VisitView:
    """An open or unfinished visit. state: accepted | photo (waits for one) | pending | rejected."""

    id: int
    client_id: str
    site_name: str
    since: datetime
    state: str
    reason_text: str = ""
    confirmer: str = ""
    late_text: str = ""
    earned_minor: int = 0
    undo_seconds: int = 0
    next_id: str = ""
    shows_code: bool = False
    photo: bool = False
    """May have one."""
    unplaced: int | None = None
    """The store, when nobody has said yet where it is."""

    @property
    def href(self) -> str:
        return f"/visits/{self.id}"


@dataclass(frozen=True, slots=True)
class ResultView:
    """A person's decision of today about a visit that is not the open one."""

    state: str
    site_name: str
    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Today:
    work_date: date
    currency: str
    shows_money: bool
    client_id: str
    settles_at: datetime
    next_stop: StopView | None = None
    later: Sequence[StopView] = ()
    open_visit: VisitView | None = None
    last_result: ResultView | None = None
    earned_minor: int = 0
    pending_minor: int = 0
    plan_empty: bool = True
    chosen: bool = False
    waiting: Sequence[VisitView] = ()
    unfinished: Sequence[VisitView] = ()


def today(user: SignedIn, at: datetime, *, site_id: int | None = None) -> Today:
    """The whole screen; `site_id` is a store the rep chose. Raises NotFound when it is not theirs to use."""
    on, _ = schedules.work_day(user.id, at, user.branch)
    seen = visits.board(user.id, on)
    open_now = _open(seen, at)
    # an address kept from before the check-in must not offer a second one at the same store
    chosen = None if open_now and open_now.site_id == site_id else _chosen(user, site_id)
    here = None if chosen else open_now
    stops = [chosen] if chosen else []
    plan = schedules.plan(user.id, on)
    stops += _left(plan, seen, chosen)
    earned = rewards.earned_today(user.id, here.work_date if here else on, at) if user.sees_money else None
    return Today(
        work_date=on,
        next_stop=None if here or not stops else stops[0],
        later=stops if here else stops[1:],
        open_visit=None if here is None else _view(here, at, earned, named=True),
        last_result=_decided(seen, here, on),
        plan_empty=not plan,
        chosen=chosen is not None,
        waiting=[_view(v, at) for v in seen if v is not here and v.work_date == on and v.state == "pending"],
        unfinished=[_view(v, at) for v in reversed(seen) if v is not here and v.is_open][:MOST_UNFINISHED],
        **frame(user, on, earned),
    )


def kept_plan(user: SignedIn, at: datetime) -> tuple[date, list[dict[str, str]]]:
    """The work date and its stores in order, as js/offline.js puts them on the check-in block of a phone."""
    on, _ = schedules.work_day(user.id, at, user.branch)
    been = {visit.site_id for visit in visits.board(user.id, on)}
    stops = _left(schedules.plan(user.id, on)[:MOST_KEPT], [], None)
    return on, [_kept(stop, done=stop.site_id in been) for stop in stops]


def _kept(stop: StopView, *, done: bool) -> dict[str, str]:
    """The attributes of templates/rep/today/checkin.html; what is not so is left out, as there."""
    policy = stop.policy
    place = {"lat": stop.lat, "lng": stop.lng, "radius": stop.radius_m, "area": stop.area} if stop.has_location else {}
    wants = {
        "outside": "field" if policy.outside == "field" else "",
        "near": "go" if policy.uncertain == "accept" else "",
        "remark": policy.remark if policy.remark != "none" else "",
        "photo": "no" if policy.photo == "none" else "",
        "done": "1" if done else "",
    }
    known = {"site": stop.site_id, "name": stop.name, **place, **wants}
    return {name: str(value) for name, value in known.items() if value not in ("", None)}


def frame(user: SignedIn, on: date, earned: Earned | None) -> dict[str, Any]:
    """The parts every Today has."""
    return {
        "currency": user.branch.currency,
        "shows_money": user.sees_money,
        "client_id": new_id(),
        "settles_at": settles_at(on, user.branch.settlement_time, user.branch.zone),
        "earned_minor": earned.total if earned else 0,
        "pending_minor": earned.pending if earned else 0,
    }


def late_text(minutes: int) -> str:
    return say("late_minutes", minutes=minutes) if minutes else ""


def _chosen(user: SignedIn, site_id: int | None) -> StopView | None:
    if site_id is None:
        return None
    site = sites.for_rep(user, site_id)
    where = (site.lat, site.lng, site.radius_m, site.polygon, site.policy, site.shows_code)
    return StopView(site.site_id, site.name, site.address, "", *where)


def _open(seen: Sequence[VisitSeen], at: datetime) -> VisitSeen | None:
    """The visit the rep is in: the latest, while it is not finished and not from another day."""
    last = seen[-1] if seen else None
    return last if last is not None and last.is_open and at - last.started_at < STAY else None


def _left(plan: Sequence[Stop], seen: Sequence[VisitSeen], chosen: StopView | None) -> list[StopView]:
    """Planned stores nobody went to yet, in order."""
    done = {visit.site_id for visit in seen} | ({chosen.site_id} if chosen else set())
    return [_stop(stop) for stop in plan if stop.site_id not in done]


def _stop(stop: Stop) -> StopView:
    where = (stop.lat, stop.lng, stop.radius_m, stop.polygon, stop.policy, stop.shows_code)
    return StopView(stop.site_id, stop.name, stop.address, _window(stop), *where)


def _window(stop: Stop) -> str:
    if stop.starts and stop.ends:
        return f"{stop.starts}–{stop.ends}"
    return stop.starts or ""


def _view(visit: VisitSeen, at: datetime, earned: Earned | None = None, *, named: bool = False) -> VisitView:
    return VisitView(
        id=visit.id,
        client_id=visit.client_id,
        site_name=visit.site_name or "",
        since=visit.started_at,
        state="photo" if visit.lacks_only_photo else visit.state,
        reason_text=_why(visit),
        confirmer=_confirmer(visit) if named and visit.state == "pending" else "",
        late_text=late_text(visit.minutes_late),
        earned_minor=earned.total if earned and visit.is_first else 0,
        undo_seconds=undo_seconds(visit.received_at, at),
        next_id=new_id(),
        shows_code=visit.shows_code,
        photo=visit.takes_photos,
        unplaced=visit.site_id if visit.unplaced else None,
    )


def undo_seconds(received_at: datetime, at: datetime) -> int:
    return max(0, int((received_at + UNDO_TIME - at).total_seconds()))


def _why(visit: VisitSeen) -> str:
    if visit.state == "rejected":
        return visit.decision_reason or ""
    if visit.lacks_only_photo:
        return say("reason_photo")
    if visit.state == "accepted":
        return _aside(visit.counts_open, visit.is_field)
    other = visit.exception_kind in ("late_arrival", "clock", "remark", "cannot", "signals")
    return say(f"reason_{visit.exception_kind if other else visit.reason}")


def aside(recorded: Recorded) -> str:
    """What is worth saying about a check-in that counts."""
    field = recorded.exception_id is None and recorded.judgement.verdict == "outside"
    return _aside(recorded.outcome.counts, field)


def _aside(counts_open: bool, is_field: bool) -> str:
    return say("reason_counts") if counts_open else say("reason_field") if is_field else ""


def _confirmer(visit: VisitSeen) -> str:
    """One of the site's supervisors, by name, when it is theirs to decide."""
    if visit.site_id is None or visit.exception_kind not in SUPERVISORS_DECIDE:
        return ""
    return next(iter(sites.supervisor_names([visit.site_id]).get(visit.site_id, ())), "")


def _decided(seen: Sequence[VisitSeen], here: VisitSeen | None, on: date) -> ResultView | None:
    told = [v for v in seen if v is not here and v.work_date == on and v.decided_at and v.exception_state != "open"]
    if not told:
        return None
    last = max(told, key=lambda visit: visit.decided_at or visit.started_at)
    by_code = last.exception_state == "approved" and last.decision_reason is None  # nobody decided
    text = last.decision_reason or say("state_by_code" if by_code else f"state_{last.exception_state}")
    return ResultView(str(last.exception_state), last.site_name or "", text, f"/visits/{last.id}")
