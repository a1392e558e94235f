"""Where the sources of a day disagree, and what a decision about it does; pure. See docs/decisions/21."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from geopy.distance import geodesic

from webapp.attendance.rules.facts import DayFacts, Issue, Moment, Word, device_moments, moments
from webapp.attendance.rules.punches import Silence
from webapp.schedules.rules import Expectation

KIND = "sources"
APART = timedelta(minutes=30)
"""Times of one arrival, or departure, that lie further apart than this contradict each other."""
USES = timedelta(days=30)
"""Who punched at a shop's device, or tapped a phone, within so many days before uses it."""
METRES_A_SECOND = 30
NEARBY_M = 500
_NO_CONTRADICTION = frozenset({"system"})


@dataclass(frozen=True, slots=True)
class Known:
    """What the facts of the day alone do not say.

    devices: {shop where the person uses a device: those devices, each heard up to when}. phone: they use a phone.
    places: {shop: degrees}. office: the word is HR's, who saw what is recorded.
    """

    devices: Mapping[int, Sequence[Silence]] = field(default_factory=dict)
    phone: bool = False
    places: Mapping[int, tuple[float, float]] = field(default_factory=dict)
    office: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """code: phone_only | device_only | times | word. `params`: for the sentence, plain values."""

    code: str
    site_id: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


def doubt_of(facts: DayFacts, expected: Expectation, known: Known, *, over: bool) -> Doubt | None:
    """The gravest disagreement of a day; None while there is none, or while a device might still agree.

    A word is compared at once, the rest when the day is over. A person's word, or what HR granted for the day, ends
    the question between phone and device. What was decided about an earlier question does not matter.
    """
    facts = replace(facts, issues=[issue for issue in facts.issues if issue.kind != KIND])
    said = moments(facts, expected)
    taps = [one for one in said if one.counts and one.mark_id is not None]
    punched = device_moments(facts, expected)
    anything = bool(punched) or any(one.counts for one in said)
    if not known.office and (found := _word(facts.word, [*taps, *punched], anything)):
        return found
    granted = any(one.whole and one.counts for one in said) or any(_is_leave(issue) for issue in facts.issues)
    if facts.word is not None or granted or not over:
        return None
    return _alone(facts, taps, punched, known) or _no_punch(facts, taps, known, expected) or _times(taps, punched)


def believed(facts: DayFacts) -> DayFacts:
    """The facts that are left when people decided which source is not believed, or that the day was leave.

    A phone that is not believed at one shop is left out where the check-ins are read (facts.moments), so that its
    visits there are not paid either; where only its times are not believed its visits stay.
    """
    for issue in facts.issues:
        if _is_leave(issue):
            facts = replace(facts, word=Word("absent", "leave"))
        if issue.kind != KIND or issue.state != "rejected":
            continue
        code = issue.asked.get("doubt")
        if code == "word":
            facts = replace(facts, word=None)
        elif code == "device_only":
            facts = replace(facts, punches=())
        elif code == "times":
            facts = replace(facts, marks=())
    return facts


def waits_alone(facts: DayFacts, seen: Collection[Moment]) -> bool:
    """A device is the only one that speaks for the day, and its branch asks for a second witness."""
    if not facts.alone_waits or facts.word is not None:
        return False
    if any(_has_looked(issue) for issue in facts.issues):
        return False
    return {one.source for one in seen if one.counts} == {"device"}


def _has_looked(issue: Issue) -> bool:
    """Somebody decided that the person was there: the sources count, or the word that they were absent does not."""
    if issue.kind != KIND:
        return False
    absent = issue.asked.get("doubt") == "word" and issue.asked.get("word") == "absent"
    return issue.state == "approved" or (issue.state == "rejected" and absent)


def _is_leave(issue: Issue) -> bool:
    return issue.kind == "mistake" and issue.state == "approved" and issue.asked.get("category") == "leave"


def _word(word: Word | None, evidence: Sequence[Moment], anything: bool) -> Doubt | None:
    if word is None:
        return None
    if word.word == "absent" and word.reason not in _NO_CONTRADICTION and evidence:
        first = min(evidence, key=lambda one: one.at)
        return Doubt("word", first.site_id, {"word": "absent", "at": first.at.isoformat()})
    if word.word == "present" and not anything:
        return Doubt("word", None, {"word": "present"})
    return None


def _alone(facts: DayFacts, taps: Sequence[Moment], punched: Sequence[Moment], known: Known) -> Doubt | None:
    """The device saw somebody whose phone was silent all day, or somewhere else at that time."""
    if not punched:
        return None
    first = punched[0]
    if not taps:
        about = {"at": first.at.isoformat()}
        return Doubt("device_only", first.site_id, about) if known.phone or facts.alone_waits else None
    for punch in punched:
        for tap in taps:
            if _too_far(punch, tap, known.places):
                return Doubt("device_only", punch.site_id, {"at": punch.at.isoformat(), "elsewhere": tap.site_id})
    return None


def _no_punch(facts: DayFacts, taps: Sequence[Moment], known: Known, expected: Expectation) -> Doubt | None:
    """The phone was at a shop whose devices, which the person uses, were heard and say nothing of them."""
    punched = {stamp.site_id for stamp in facts.punches}
    for tap in taps:
        devices = known.devices.get(tap.site_id or 0, ())
        if tap.kind != "in" or not devices or tap.site_id in punched:
            continue
        until = max([one.at for one in taps if one.site_id == tap.site_id] + [expected.ends_at or tap.at])
        there = [one for one in devices if one.was_there(tap.at, until)]
        if any(one.stayed(tap.at, until) for one in there) and all(one.heard(until) for one in there):
            return Doubt("phone_only", tap.site_id, {"at": tap.at.isoformat()})
    return None


def _times(taps: Sequence[Moment], punched: Sequence[Moment]) -> Doubt | None:
    """The first arrivals, or the last departures, of one shop lie far apart."""
    for site_id in dict.fromkeys(one.site_id for one in punched if one.site_id is not None):
        for kind, pick in (("in", min), ("out", max)):
            phone = [one.at for one in taps if (one.site_id, one.kind) == (site_id, kind)]
            device = [one.at for one in punched if (one.site_id, one.kind) == (site_id, kind)]
            if phone and device and abs(pick(phone) - pick(device)) > APART:
                told = {"kind": kind, "phone": pick(phone).isoformat(), "device": pick(device).isoformat()}
                return Doubt("times", site_id, told)
    return None


def _too_far(one: Moment, other: Moment, places: Mapping[int, tuple[float, float]]) -> bool:
    """Nobody is at both: further than anybody travels in the time between."""
    here, there = places.get(one.site_id or 0), places.get(other.site_id or 0)
    if one.site_id == other.site_id or here is None or there is None:
        return False
    between = abs(one.at - other.at)
    if between > timedelta(hours=1):
        return False
    return bool(geodesic(here, there).meters > NEARBY_M + METRES_A_SECOND * between.total_seconds())
