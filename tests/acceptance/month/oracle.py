"""What every day must say, computed plainly from docs/decisions/07, 18, 19 and 20; imports nothing of the product.

Only for days that are over: four hours behind the shift, or behind midnight where there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from tests.acceptance.beijing import metres
from tests.acceptance.month.demands import Expected, Span
from tests.acceptance.month.known import Finger, Known, midnight
from tests.acceptance.month.world import Ask, Office, Tap, Word

MINUTE = timedelta(minutes=1)
AFTER_MIDNIGHT = timedelta(hours=4)
LATE_TAP = timedelta(minutes=2)
OFFLINE = timedelta(hours=4)
STAY = timedelta(minutes=15)
WAIT, USED_DAYS = timedelta(days=3), 14
SUPERVISORS = ("outside", "uncertain")
_metres = lru_cache(maxsize=None)(metres)
NOT_THERE = ("absent", "missing_in", "leave", "rest", "pending", "unheard")


@dataclass(frozen=True)
class Seen:
    """Somebody was seen coming or going. state: counts | waits | refused."""

    kind: str
    at: datetime
    state: str
    source: str
    outside: bool = False
    key: str = ""
    whole: bool = False


@dataclass(frozen=True)
class Day:
    status: str
    scheduled: bool
    expected: str
    late: int
    early: int
    first: datetime | None
    last: datetime | None
    present: bool
    undecided: bool
    excused: bool = False


def day(known: Known, office: Office, who: str, on: date, *, then: bool = False) -> Day:
    """`then`: held open only by devices of which it was known, when the day was over, that they are used."""
    taps = [tap for tap in known.days_of_taps.get((who, on), ()) if tap.key not in known.undone]
    fingers = known.fingers.get((who, on), [])
    expected = known.expected(office, who, on, first_place(taps, fingers))
    seen = moments(known, office, on, taps, known.asks.get((who, on), ()), expected)
    seen += _coming_and_going(fingers, seen, expected, timedelta(seconds=office.again_s))
    seen.sort(key=lambda one: (one.at, one.kind))
    return _judged(known, office, who, on, seen, expected, then)


def moments(
    known: Known, office: Office, on: date, taps: Iterable[Tap], asks: Iterable[Ask], expected: Expected
) -> list[Seen]:
    """What phones said, as people decided it, and what people granted for the day itself."""
    found = [_tapped(known, office, on, tap) for tap in taps]
    for ask in asks:
        if not _granted(known, ask):
            continue
        answer = known.answers[ask.key][-1]
        wanted = answer.granted or ask.wanted
        if ask.what == "absent":
            found += _all_day(wanted or expected.starts, expected)
        elif ask.what in ("missing_out", "forgot_out"):
            found.append(Seen("out", wanted or expected.ends, "counts", "hr", whole=True))
        elif ask.what == "forgot_in":
            found.append(Seen("in", wanted or expected.starts, "counts", "hr", whole=True))
    return found


def doubt(known: Known, office: Office, on: date, tap: Tap) -> str | None:
    """Why a person must look at a tap; None: it counts by itself."""
    if tap.kind == "out" and tap.tapped >= closes(known, office, tap.who, on, tap):
        return "missing_out"
    waited = tap.at - tap.tapped
    if waited > LATE_TAP and (tap.token is None or waited > OFFLINE):
        return "late"
    if tap.kind == "out":
        return None
    verdict = fence(office, tap)
    return None if verdict == "inside" else verdict


def fence(office: Office, tap: Tap) -> str:
    if tap.fix is None:
        return "uncertain"
    place, (lat, lng, accuracy) = office.places[tap.place], tap.fix
    away = _metres(lat, lng, place.lat, place.lng)
    if accuracy > 200:
        return "uncertain"
    if away + accuracy <= place.radius_m:
        return "inside"
    return "outside" if away - accuracy > place.radius_m else "uncertain"


def closes(known: Known, office: Office, who: str, on: date, tap: Tap) -> datetime:
    """From when on a departure no longer ends its day, as it was known when it arrived. A visit of a day off may go
    on past midnight."""
    taps = [one for one in known.days_of_taps[who, on] if one.key not in known.undone]
    place = first_place(taps, known.fingers.get((who, on), []))
    expected = known.expected(office, who, on, place, tap.at)
    return expected.ends + expected.after if expected.works else midnight(office, on) + AFTER_MIDNIGHT


def _tapped(known: Known, office: Office, on: date, tap: Tap) -> Seen:
    why = doubt(known, office, on, tap)
    outside = fence(office, tap) == "outside"
    photo = _photo(known, office, tap)
    if why is None:
        return Seen(tap.kind, tap.tapped, photo, "phone", outside, tap.key)
    state, at = "waits", tap.tapped
    by_word = False
    for said in _about(known, office, on, tap, why):
        if said == "reopened":
            state = "waits" if by_word else state
        else:
            state = "counts" if said[0] else "refused"
            at, by_word = (said[1] or at) if said[0] else tap.tapped, said[2]
    state = next(one for one in ("refused", "waits", "counts") if one in (state, photo))
    return Seen(tap.kind, at, state, "phone", outside, tap.key)


def lacks_photo(known: Known, office: Office, tap: Tap) -> bool:
    return tap.kind == "in" and office.wants_photo(tap.place) and tap.key not in known.photos


def _photo(known: Known, office: Office, tap: Tap) -> str:
    """A visit that needs a photo waits for it, until HR says something before it came."""
    if tap.kind != "in" or not office.wants_photo(tap.place):
        return "counts"
    came = known.photos.get(tap.key)
    told = [answer for answer in known.answers.get(tap.key, ()) if came is None or answer.at < came]
    if told:
        return "counts" if told[-1].yes else "refused"
    return "waits" if came is None else "counts"


def _about(known: Known, office: Office, on: date, tap: Tap, why: str) -> list:
    """What people said about a tap in doubt, in order: (yes, the time granted, with a word), or "reopened"."""
    told = [(answer.at, (answer.yes, answer.granted, False)) for answer in known.answers.get(tap.key, ())]
    if why in SUPERVISORS and tap.kind == "in":
        waits = True
        for word in known.words.get((tap.who, on), ()):
            waits = waits and not any(at <= word.at for at, said in told if said != "reopened")
            mine = tap.place in known.places_of(office, word.boss, word.at) and word.at >= tap.at
            if word.word == "present" and mine and waits:
                told.append((word.at, (True, None, True)))
                waits = False
            elif word.word == "undone":
                told.append((word.at, "reopened"))
                waits = True
    return [said for _, said in sorted(told, key=lambda one: one[0])]


def _all_day(came: datetime, expected: Expected) -> list[Seen]:
    """There from a moment on, in every part of the shift."""
    times = [("in", came)]
    for begin, end in expected.parts:
        times += [("in", begin)] if begin > came and len(expected.parts) > 1 else []
        times += [("out", end)] if end > came or len(expected.parts) == 1 else []
    return [Seen(kind, at, "counts", "hr", whole=True) for kind, at in times]


def _coming_and_going(fingers: list[Finger], said: list[Seen], expected: Expected, again: timedelta) -> list[Seen]:
    """Of each part the first punch is coming, the last is going; a time granted for the day is stronger."""
    given = {(one.kind, _gap_part(one.kind, one.at, expected)) for one in said if one.whole}
    found = []
    for times, part in zip(_dealt(sorted(one.at for one in fingers), expected, again), expected.parts, strict=True):
        for kind, at in _ends(times, part if expected.works else None, again):
            if (kind, _gap_part(kind, at, expected)) not in given:
                found.append(Seen(kind, at, "counts", "device"))
    return found


def _dealt(times: list[datetime], expected: Expected, repeat: timedelta) -> list[list[datetime]]:
    """Punches of each part. In the gap: seen at two times, the first went and the last came back, what is between
    belongs to the nearer part; seen once, the nearer part, but who went just before the gap is coming back."""
    if len(expected.parts) == 1:
        return [times]
    (_, over), (again, _) = expected.parts
    runs: list[list[datetime]] = []
    for at in times:
        if runs and at - runs[-1][-1] <= repeat:
            runs[-1].append(at)
        else:
            runs.append([at])
    first, gap = [run for run in runs if run[0] < over], [run for run in runs if over <= run[0] < again]
    second = [run for run in runs if run[0] >= again]
    middle = over + (again - over) / 2
    if gap and gap[-1][0] - gap[0][0] >= STAY:
        going = [gap[0], *(run for run in gap[1:-1] if run[0] < middle)]
    else:
        gone = len(first) > 1 and first[-1][-1] > over - STAY
        going = gap if gap and gap[0][0] <= middle and not gone else []
    first, second = first + going, gap[len(going) :] + second
    return [[at for run in part for at in run] for part in (first, second)]


def _ends(times: list[datetime], part: Span | None, repeat: timedelta) -> list[tuple[str, datetime]]:
    """What the punches of one part stand for; all within a quarter of an hour are one coming or one going."""
    if not times:
        return []
    repeats = all(b - a <= repeat for a, b in zip(times, times[1:], strict=False))
    if not repeats and times[-1] - times[0] >= STAY:
        return [("in", times[0]), ("out", times[-1])]
    if part is None or times[0] < part[0] + (part[1] - part[0]) / 2:
        return [("in", times[0])]
    return [("out", times[-1])]


def _gap_part(kind: str, at: datetime, expected: Expected) -> int:
    """Before the gap the first part, after it the second; in it going is the first's, coming the second's."""
    if len(expected.parts) == 1 or at < expected.parts[0][1]:
        return 0
    return 1 if at >= expected.parts[1][0] or kind == "in" else 0


@dataclass(frozen=True)
class Part:
    """What was seen of somebody in one part of a shift, and what it lacks; minutes before anybody pardons them."""

    seen: list[Seen]
    newest: Seen | None
    first: Seen | None
    last: datetime | None
    missing: bool
    late: int
    early: int

    @property
    def is_whole(self) -> bool:
        return self.first is not None and self.last is not None and not self.missing


def _parts(seen: list[Seen], expected: Expected) -> list[Part]:
    if len(expected.parts) == 1:
        return [_part(seen, expected, expected.bounds[0])]
    again = expected.parts[1][0]
    piles: list[list[Seen]] = [[], []]
    for one in seen:
        n = _gap_part(one.kind, one.at, expected)
        visit = any(
            other.kind == "out" and other.state == "counts" and other.source != "device"
            and one.at <= other.at < again for other in seen
        )  # fmt: skip
        if n == 1 and one.at < again and one.source != "device" and visit:
            n = 0  # came to a place in the gap and left it again
        piles[n].append(one)
    return [_part(pile, expected, bound) for pile, bound in zip(piles, expected.bounds, strict=True)]


def _part(seen: list[Seen], expected: Expected, bound: Span | None) -> Part:
    counted = [one for one in seen if one.state == "counts"]
    first = next((one for one in counted if one.kind == "in"), None)
    if first is None:
        # a departure alone: only a device tells one
        went = max((one.at for one in counted if one.kind == "out" and one.source == "device"), default=None)
        return Part(seen, None, None, went, False, 0, 0)
    went = max((one.at for one in counted if one.kind == "out" and one.at >= first.at), default=None)
    again = max(one.at for one in counted if one.kind == "in" and (one is first or one.source != "device"))
    missing = went is None or (went < again and not _is_enough(first.at, went, bound, expected))
    late = (first.at - bound[0]) // MINUTE if bound else 0
    early = -((went - bound[1]) // MINUTE) if bound and went and not missing else 0  # minutes begun
    return Part(seen, counted[-1], first, went, missing, late if late > expected.grace else 0, max(0, early))


def _is_enough(came: datetime, went: datetime, bound: Span | None, expected: Expected) -> bool:
    """Nobody has to stay longer."""
    if not expected.works:
        return False
    if bound is not None:
        return went >= bound[1]
    return expected.stayed(came, went) // MINUTE - expected.pause >= expected.minimum


def _judged(known: Known, office: Office, who: str, on: date, seen: list[Seen], expected: Expected, then: bool) -> Day:
    parts = _parts(seen, expected)
    granted = {ask.what for ask in known.asks.get((who, on), ()) if _granted(known, ask)}
    late = sum(part.late for part in parts)
    short = _short(parts, expected, late if "late" in granted else 0)
    early = max(sum(part.early for part in parts), short)
    pardon = ("late" in granted and late > 0) or ("early" in granted and early > 0)
    late, (early, short) = 0 if "late" in granted else late, (0, 0) if "early" in granted else (early, short)
    word = next((w for w in reversed(known.words.get((who, on), ()))), None)
    word = None if word is None or word.word == "undone" else word
    waits = any(_waits(part, expected, late, early, short) for part in parts)
    waits = waits or (not office.alone and word is None and _by_device_only(parts))
    status = _status(expected, parts, late, early, waits, word)
    excused = (pardon and not late and not early) or _is_ours(word)
    if _unheard(known, office, who, on, expected, status, early, short, parts, word, then):
        status, waits, early = "unheard", True, 0
    came = min((part.first.at for part in parts if part.first), default=None)
    last = max((part.last for part in parts if part.last), default=None)
    present = came is not None and status not in NOT_THERE
    return Day(status, expected.works, expected.kind, late, early, came, last, present, waits, excused)


def _by_device_only(parts: list[Part]) -> bool:
    return {one.source for part in parts for one in part.seen if one.state == "counts"} == {"device"}


def _is_ours(word: Word | None) -> bool:
    """Not there because our system failed: that costs nobody anything."""
    return word is not None and word.word == "absent" and word.reason == "system"


def _short(parts: list[Part], expected: Expected, pardoned: int) -> int:
    """Minutes that lack of the minimum; unknown while a time is missing."""
    if not expected.works or not all(part.is_whole for part in parts):
        return 0
    stayed = sum((expected.stayed(part.first.at, part.last) for part in parts), timedelta())
    return max(0, expected.minimum - max(0, stayed // MINUTE - expected.pause) - pardoned)


def _waits(part: Part, expected: Expected, late: int, early: int, short: int) -> bool:
    """Could somebody's decision still make the first arrival, or the end, better?"""
    open_ = [one for one in part.seen if one.state == "waits"]
    sooner = (late and part.late) or short
    if any(one.kind == "in" and (part.first is None or (sooner and one.at < part.first.at)) for one in open_):
        return True
    lacks = part.missing or (early and part.early) or short
    if not (expected.works and part.first is not None and lacks):
        return False
    return any(one.kind == "out" and one.at >= part.newest.at for one in open_)


def _status(expected, parts, late, early, waits, word) -> str:  # noqa: C901 - the order is the rule
    if word is not None and word.word == "absent":
        return {"leave": "leave", "sick": "leave", "swap": "rest"}.get(word.reason, "absent")
    if waits:
        return "pending"
    if expected.kind == "leave":
        return "leave"
    first = next((part.first for part in parts if part.first), None)
    if not expected.works:
        return "field_work" if first else "rest"
    if first is None:
        return "missing_in" if any(part.last for part in parts) else "absent"
    if any(part.first is None for part in parts):
        return "missing_in"
    if any(part.missing for part in parts):
        return "missing_out"
    if late:
        return "serious_late" if 0 < expected.serious < late else "late"
    if early:
        return "early_leave"
    return "field_work" if first.outside else "normal"


def _unheard(known, office, who, on, expected, status, early, short, parts, word, then) -> bool:
    """A device of the places somebody belongs to may still say that they were there; for three days."""
    if known.by >= expected.ends + WAIT or (word is not None and word.word == "absent"):
        return False
    by_punch = any((part.early or short) and part.newest and part.newest.source == "device" for part in parts)
    cut = bool(early) and status in ("late", "serious_late", "early_leave") and by_punch
    if status not in ("absent", "missing_in", "missing_out") and not cut:
        return False
    there = {*known.plans.get((who, on), ()), *(tap.place for tap in known.days_of_taps.get((who, on), ()))}
    walls = {code for code, wall in office.walls.items() if there & set(wall.places)}
    for before in range(USED_DAYS + 1):
        used = known.fingers.get((who, on - timedelta(days=before)), ())
        walls |= {one.wall for one in used if not then or one.came <= expected.ends + expected.after}
    return any((known.heard(wall) or expected.starts) < expected.ends for wall in walls)


def _granted(known: Known, ask: Ask) -> bool:
    answers = known.answers.get(ask.key, ())
    return bool(answers) and answers[-1].yes


def first_place(taps: Iterable[Tap], fingers: Iterable[Finger]) -> str | None:
    """Where somebody was first seen, whatever was decided about it."""
    seen = [(tap.tapped, 0, tap.place) for tap in taps if tap.kind == "in"]
    seen += [(finger.at, 1, finger.place) for finger in fingers]
    return min(seen)[2] if seen else None
