"""What every day must say, computed plainly from docs/decisions/07, 18 and 19; imports nothing of the product.

Only for days that are over: four hours behind the shift, or behind midnight where there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.acceptance.beijing import metres
from tests.acceptance.month.known import REACH, Expected, Finger, Known, midnight
from tests.acceptance.month.world import Ask, Office, Tap

MINUTE = timedelta(minutes=1)
LATE_TAP = timedelta(minutes=2)
OFFLINE = timedelta(hours=4)
REPEAT, STAY = timedelta(seconds=60), timedelta(minutes=15)
WAIT, USED = timedelta(days=3), timedelta(days=14)
SUPERVISORS = ("outside", "uncertain")
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


def day(known: Known, office: Office, who: str, on: date) -> Day:
    taps = [tap for tap in known.days_of_taps.get((who, on), ()) if tap.key not in known.undone]
    fingers = known.fingers.get((who, on), [])
    expected = known.expected(office, who, on, first_place(taps, fingers))
    seen = moments(known, office, on, taps, known.asks.get((who, on), ()), expected)
    seen += _coming_and_going(fingers, seen, expected)
    seen.sort(key=lambda one: (one.at, one.kind))
    return _judged(known, office, who, on, seen, expected)


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
            found.append(Seen("in", wanted or expected.starts, "counts", "hr", whole=True))
            found.append(Seen("out", expected.ends, "counts", "hr", whole=True))
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
    away = metres(lat, lng, place.lat, place.lng)
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
    return (expected.ends if expected.works else midnight(office, on)) + REACH


def _tapped(known: Known, office: Office, on: date, tap: Tap) -> Seen:
    why = doubt(known, office, on, tap)
    outside = fence(office, tap) == "outside"
    if why is None:
        return Seen(tap.kind, tap.tapped, "counts", "phone", outside, tap.key)
    state, at = "waits", tap.tapped
    by_word = False
    for said in _about(known, office, on, tap, why):
        if said == "reopened":
            state = "waits" if by_word else state
        else:
            state = "counts" if said[0] else "refused"
            at, by_word = (said[1] or at) if said[0] else tap.tapped, said[2]
    return Seen(tap.kind, at, state, "phone", outside, tap.key)


def _about(known: Known, office: Office, on: date, tap: Tap, why: str) -> list:
    """What people said about a tap in doubt, in order: (yes, the time granted, with a word), or "reopened"."""
    told = [(answer.at, (answer.yes, answer.granted, False)) for answer in known.answers.get(tap.key, ())]
    if why in SUPERVISORS and tap.kind == "in":
        waits = True
        for word in known.words.get((tap.who, on), ()):
            waits = waits and not any(at <= word.at for at, said in told if said != "reopened")
            mine = tap.place in office.bosses[word.boss][1] and word.at >= tap.at
            if word.word == "present" and mine and waits:
                told.append((word.at, (True, None, True)))
                waits = False
            elif word.word == "undone":
                told.append((word.at, "reopened"))
                waits = True
    return [said for _, said in sorted(told, key=lambda one: one[0])]


def _coming_and_going(fingers: list[Finger], said: list[Seen], expected: Expected) -> list[Seen]:
    """The first punch is coming, the last is going; a time granted for the day is stronger."""
    given = {one.kind for one in said if one.whole}
    return [Seen(kind, at, "counts", "device") for kind, at in _ends(fingers, expected) if kind not in given]


def _ends(fingers: list[Finger], expected: Expected) -> list[tuple[str, datetime]]:
    times = sorted(finger.at for finger in fingers)
    if not times:
        return []
    repeats = all(b - a <= REPEAT for a, b in zip(times, times[1:], strict=False))
    if not repeats and times[-1] - times[0] >= STAY:
        return [("in", times[0]), ("out", times[-1])]
    middle = expected.starts + (expected.ends - expected.starts) / 2
    if not expected.works or times[0] < middle:
        return [("in", times[0])]
    return [("out", times[-1])]


def _judged(known: Known, office: Office, who: str, on: date, seen: list[Seen], expected: Expected) -> Day:
    counted = [one for one in seen if one.state == "counts"]
    first = next((one for one in counted if one.kind == "in"), None)
    outs = [one.at for one in counted if one.kind == "out" and (first is None or one.at >= first.at)]
    if first is None:
        outs = [one.at for one in counted if one.kind == "out" and one.source == "device"]
    last = max(outs, default=None)
    missing = first is not None and _is_missing(counted, first, last, expected)
    late, early = _late(first, expected), 0 if missing else _early(last, expected)
    late, early, excused = _pardoned(known, who, on, late, early)
    waits = _waits(seen, counted, first, expected, bool(late), bool(early or missing))
    word = next((w for w in reversed(known.words.get((who, on), ()))), None)
    word = None if word is None or word.word == "undone" else word
    status = _status(expected, first, last, missing, late, early, waits, word)
    if _unheard(known, office, who, on, expected, status, early, counted, word):
        status, waits, early = "unheard", True, 0
    came = None if first is None else first.at
    system = word is not None and word.word == "absent" and word.reason == "system"
    present = came is not None and status not in NOT_THERE
    return Day(status, expected.works, expected.kind, late, early, came, last, present, waits, excused or system)


def _is_missing(counted: list[Seen], first: Seen, last: datetime | None, expected: Expected) -> bool:
    """Nobody was seen going, or they were seen coming again and not going after that, before the end."""
    if last is None:
        return True
    again = max(one.at for one in counted if one.kind == "in" and (one is first or one.source != "device"))
    return last < again and not (expected.works and last >= expected.ends)


def _late(first: Seen | None, expected: Expected) -> int:
    if first is None or not expected.works:
        return 0
    minutes = (first.at - expected.starts) // MINUTE
    return minutes if minutes > expected.grace else 0


def _early(last: datetime | None, expected: Expected) -> int:
    """Minutes begun."""
    if last is None or not expected.works:
        return 0
    return max(0, -((last - expected.ends) // MINUTE))


def _pardoned(known: Known, who: str, on: date, late: int, early: int) -> tuple[int, int, bool]:
    """Approved explanations take the minutes away."""
    granted = {ask.what for ask in known.asks.get((who, on), ()) if _granted(known, ask)}
    pardon = ("late" in granted and late > 0) or ("early" in granted and early > 0)
    late, early = 0 if "late" in granted else late, 0 if "early" in granted else early
    return late, early, pardon and not late and not early


def _waits(
    seen: list[Seen], counted: list[Seen], first: Seen | None, expected: Expected, late: bool, ends_badly: bool
) -> bool:
    """Could somebody's decision still make the first arrival, or the end of the day, better?"""
    open_ = [one for one in seen if one.state == "waits"]
    if any(one.kind == "in" and (first is None or (late and one.at < first.at)) for one in open_):
        return True
    if not (expected.works and first is not None and ends_badly):
        return False
    newest = max(one.at for one in counted)
    return any(one.kind == "out" and one.at >= newest for one in open_)


def _status(expected, first, last, missing, late, early, waits, word) -> str:  # noqa: C901 - the order is the rule
    if word is not None and word.word == "absent":
        return {"leave": "leave", "sick": "leave", "swap": "rest"}.get(word.reason, "absent")
    if waits:
        return "pending"
    if expected.kind == "leave":
        return "leave"
    if not expected.works:
        return "field_work" if first else "rest"
    if first is None:
        return "absent" if last is None else "missing_in"
    if missing:
        return "missing_out"
    if late:
        return "late"
    if early:
        return "early_leave"
    return "field_work" if first.outside else "normal"


def _unheard(known, office, who, on, expected, status, early, counted, word) -> bool:
    """A device of the places somebody belongs to may still say that they were there; for three days."""
    if known.by >= expected.ends + WAIT or (word is not None and word.word == "absent"):
        return False
    by_punch = bool(counted) and counted[-1].source == "device"
    cut = bool(early) and status in ("late", "early_leave") and by_punch
    if status not in ("absent", "missing_in", "missing_out") and not cut:
        return False
    there = {*known.plans.get((who, on), ()), *(tap.place for tap in known.days_of_taps.get((who, on), ()))}
    walls = {code for code, wall in office.walls.items() if there & set(wall.places)}
    for (person, date_), fingers in known.fingers.items():
        if person == who and on - USED <= date_ <= on:
            walls |= {finger.wall for finger in fingers}
    return any((known.heard(wall) or expected.starts) < expected.ends for wall in walls)


def _granted(known: Known, ask: Ask) -> bool:
    answers = known.answers.get(ask.key, ())
    return bool(answers) and answers[-1].yes


def first_place(taps: Iterable[Tap], fingers: Iterable[Finger]) -> str | None:
    """Where somebody was first seen, whatever was decided about it."""
    seen = [(tap.tapped, 0, tap.place) for tap in taps if tap.kind == "in"]
    seen += [(finger.at, 1, finger.place) for finger in fingers]
    return min(seen)[2] if seen else None
