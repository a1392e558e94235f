"""What people planned, said, asked and decided, drawn from a seed. Imports nothing of the product."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tests.acceptance.month.days import HOUR, MINUTE, SECOND, key
from tests.acceptance.month.known import Known
from tests.acceptance.month.oracle import SUPERVISORS, Day, day, doubt, lacks_photo
from tests.acceptance.month.world import (
    DAY,
    Answer,
    Ask,
    Away,
    Calendar,
    CancelLeave,
    Fact,
    Leave,
    Month,
    Office,
    Person,
    Pin,
    Plan,
    Roster,
    Swap,
    Tap,
    Word,
    days,
    of_kind,
)


def plans(month: Month, dice: Random) -> list[Fact]:
    """What was set before the month began, and changes that were made ahead of their day."""
    found: list[Fact] = []
    for office in month.offices:
        begin = office.local(month.first, "00:00") - 5 * DAY
        holiday, makeup = month.first + 3 * DAY, month.first + 5 * DAY
        found += [Calendar(begin, office.code, holiday, "holiday"), Calendar(begin, office.code, makeup, "workday")]
        for person in office.people.values():
            found += list(_person(month, office, person, begin, dice))
    return found


def stand_ins(month: Month) -> list[Fact]:
    """Each boss is away for a while, and the other stands in."""
    found: list[Fact] = []
    for office in month.offices:
        for n, (one, other) in enumerate((("B1", "B2"), ("B2", "B1"))):
            first = month.first + (2 + n * len(month.dates()) // 2) * DAY
            at = office.local(first - DAY, "17:00")
            last = first + len(month.dates()) // 4 * DAY
            found.append(Away(at, office.code + one, office.code + other, first, last))
    return found


def forgotten(month: Month) -> list[Pin]:
    """In each branch one person's id is known only after the month was closed."""
    found: list[Pin] = []
    for office in month.offices:
        pins = [pin for pin in of_kind(month.facts, Pin) if pin.who in office.people]
        found.append(next(pin for pin in pins if office.people[pin.who].joined < month.first))
    for pin in found:
        month.facts.remove(pin)
    return found


def swaps_and_leave(month: Month, dice: Random) -> None:
    """Some of the leave that was planned ahead is asked for on the phone, and some days are swapped."""
    for office in month.offices:
        for leave in of_kind(month.facts, Leave):
            if leave.who in office.people and dice.random() < 0.6 and _can_ask(month, office, leave):
                month.facts.remove(leave)
                month.facts.append(replace(leave, asked=True))
        for on in month.dates()[2:-2]:
            known = Known(month, office.local(on - DAY, "16:00"))
            # One after the other, because each looks at what those before it changed.
            for second in sorted(dice.sample(range(7000), len(office.people) // 8 + 1)):
                month.facts += _swap(month, known, office, on, known.by + second * SECOND, dice)


def _can_ask(month: Month, office: Office, leave: Leave) -> bool:
    """Ahead of its time, and some of it are working days."""
    known = Known(month, leave.at - SECOND)
    works = any(known.expected(office, leave.who, on, None).works for on in days(leave.first, leave.last))
    return works and leave.at < office.local(leave.first, "00:00")


def _swap(month: Month, early: Known, office: Office, on: date, at: datetime, dice: Random) -> list[Fact]:
    """Nobody whose nights reach into other days. `early`: as it was before anybody swapped."""
    able = [one for one in office.people.values() if one.rota not in ("night", "swing")]
    asker, other = dice.sample(able, 2)
    their = on if dice.random() < 0.5 else on + dice.randint(1, 2) * DAY
    if not early.expected(office, asker.no, on, None).works or not early.expected(office, other.no, their, None).works:
        return []
    known = Known(month, at)

    def works(person: Person, day_: date) -> bool:
        return known.expected(office, person.no, day_, None).works

    def hours(person: Person) -> object:
        expected = known.expected(office, person.no, on, None)
        return expected.starts, expected.ends, known.plans.get((person.no, on), ())

    if any(not one.employed(day_) or known.off(one.no, day_, at) for one in (asker, other) for day_ in (on, their)):
        return []
    if not works(asker, on) or not works(other, their):
        return []
    if on == their and hours(asker) == hours(other):
        return []
    if on != their and (works(other, on) or works(asker, their)):
        return []
    return [Swap(at, asker.no, other.no, on, their)]


def _person(month: Month, office: Office, person: Person, begin: datetime, dice: Random) -> Iterator[Fact]:
    if person.pin is not None:
        late = dice.random() < 0.15
        at = office.local(month.first + dice.randrange(2, 8) * DAY, "11:00") if late else begin + HOUR
        yield Pin(at + dice.randrange(600) * SECOND, person.no, person.pin, person.joined)
    off = dice.randrange(7)
    for on in month.dates():
        if person.rota:
            resting = (on.toordinal() + off) % 7 < 2
            yield Roster(begin, person.no, on, "rest" if resting else "work", None if resting else person.rota)
        if person.plans:
            places = person.places if dice.random() < 0.4 else person.places[:1]
            yield Plan(begin, person.no, on, places)
    yield from _changes(month, office, person, dice)
    yield from _leave(month, office, person, dice)


def _changes(month: Month, office: Office, person: Person, dice: Random) -> Iterator[Fact]:
    """A day changes: told the day before, or, where no night is near, corrected the day after."""
    for on in month.dates():
        if dice.random() > 0.04 or person.rota in ("night", "swing"):
            continue
        after = dice.random() < 0.3
        at = office.local(on + DAY, "14:00") if after else office.local(on - DAY, "12:00")
        at += dice.randrange(3000) * SECOND
        kind = dice.choice(("work", "work", "rest", None))
        yield Roster(at, person.no, on, kind, dice.choice(("early", "late", "usual")) if kind == "work" else None)


def _leave(month: Month, office: Office, person: Person, dice: Random) -> Iterator[Fact]:
    if dice.random() > 0.35:
        return
    first = month.first + dice.randrange(len(month.dates()) - 2) * DAY
    last = first + dice.choice((0, 0, 1, 2)) * DAY
    after = dice.random() < 0.25 and person.rota not in ("night", "swing")
    at = office.local(last + DAY, "13:00") if after else office.local(first - 2 * DAY, "15:00")
    half = dice.choice(((True, False), (False, True), (False, False)))
    half = half if first != last or not after else (False, False)
    at += dice.randrange(3000) * SECOND
    leave = Leave(at, person.no, key(person.no, first, "leave"), first, last, "annual", *half)
    yield leave
    if dice.random() < 0.2 and not after:
        yield CancelLeave(leave.at + 2 * HOUR, person.no, leave.key)


def words(month: Month, dice: Random) -> list[Fact]:
    """Supervisors confirm most of those they saw a check-in of, and say who did not come."""
    found: list[Fact] = []
    last = Known(month, month.over)
    for office in month.offices:
        for (who, on), taps in sorted(last.days_of_taps.items()):
            if who not in office.people:
                continue
            arrived = [tap for tap in taps if tap.kind == "in" and tap.key not in last.undone]
            at = _evening(last, office, who, on, dice)
            boss = _boss(last, office, who, at)
            own = office.bosses[boss][0] == office.people[who].team
            skipped = dice.random() > (0.5 if own else 0.95)  # whoever stands in is careful
            if skipped or not arrived or min(tap.at for tap in arrived) >= at:
                continue
            if dice.random() < 0.04:
                reason = dice.choice(("no_show", "sick", "swap", "system"))
                found.append(Word(at - 5 * MINUTE, who, on, "absent", boss, reason))
                if dice.random() < 0.5:
                    continue
            found.append(Word(at, who, on, "present", boss))
            if dice.random() < 0.04:
                found.append(Word(at + 9 * MINUTE, who, on, "undone", boss))
        found += _no_shows(month, office, last, dice)
    return found


def _no_shows(month: Month, office: Office, last: Known, dice: Random) -> Iterator[Fact]:
    for who, person in office.people.items():
        for on in month.dates():
            seen = (who, on) in last.days_of_taps or (who, on) in last.fingers
            expected = last.expected(office, who, on, None)
            if not seen and person.employed(on) and expected.works and dice.random() < 0.5:
                reason = dice.choice(("no_show", "no_show", "no_show", "leave", "sick", "system"))
                at = _evening(last, office, who, on, dice)
                yield Word(at, who, on, "absent", _boss(last, office, who, at), reason)


def words_for_devices(month: Month, dice: Random) -> list[Fact]:
    """Where a device alone is not enough, bosses confirm some of those only it has seen, at noon of the next day."""
    found: list[Fact] = []
    for office in (one for one in month.offices if not one.alone):
        for on in month.dates():
            at = office.local(on + DAY, "12:05")
            known, later = (Known(month, by, on, office) for by in (at - 5 * HOUR, at))
            alone = [who for who in office.people if (who, on) in later.fingers.keys() - later.days_of_taps.keys()]
            for who in alone:
                one = day(known, office, who, on)
                if one.first and one == day(later, office, who, on) and dice.random() < 0.5:
                    boss, said = _boss(later, office, who, at), at + dice.randrange(600) * SECOND
                    found.append(Word(said, who, on, "present", boss))
    return found


def _evening(last: Known, office: Office, who: str, on: date, dice: Random) -> datetime:
    """Soon after the shift, as it was known in the end; never before the date is there."""
    expected = last.expected(office, who, on, office.people[who].places[0])
    return max(expected.ends, office.local(on, "12:00")) + dice.randint(20, 120) * MINUTE + dice.randrange(60) * SECOND


def _boss(known: Known, office: Office, who: str, at: datetime) -> str:
    """That of their team, or who stands in."""
    boss = next(code for code, (team, _) in office.bosses.items() if team == office.people[who].team)
    on = at.astimezone(ZoneInfo(office.zone)).date()
    return next((one.other for one in known.aways if one.who == boss and one.first <= on <= one.last), boss)


def decisions(month: Month, dice: Random) -> list[Fact]:
    """HR looks at most of what waits, one to four days later; some of it never."""
    found: list[Fact] = []
    last = Known(month, month.over)
    for (who, on), taps in sorted(last.days_of_taps.items()):
        office = month.office_of(who)
        for tap in taps:
            why = doubt(last, office, on, tap) or ("photo" if lacks_photo(last, office, tap) else None)
            if why is None or tap.key in last.undone or dice.random() > 0.75:
                continue
            if why in SUPERVISORS and last.words.get((who, on)) and dice.random() < 0.7:
                continue  # left to the boss
            at = office.local(on + dice.randint(2, 4) * DAY, "09:00") + dice.randrange(18000) * SECOND
            yes = dice.random() < 0.65
            granted = _granted(last, office, tap, on) if yes and why == "missing_out" else None
            found.append(Answer(max(at, tap.at + MINUTE), who, tap.key, yes, granted))
    return found


def _granted(last: Known, office: Office, tap: Tap, on: date) -> datetime:
    """HR writes that they left when the shift ended, or soon after they came."""
    came = next(one for one in last.taps[tap.who] if one.key == tap.of)
    ends = last.expected(office, tap.who, on, tap.place).ends
    return max(ends, came.tapped + MINUTE).replace(microsecond=0)


EXPLAINED = {
    "late": "late", "serious_late": "late", "early_leave": "early", "missing_out": "missing_out", "absent": "absent",
}  # fmt: skip


def requests(month: Month, dice: Random, share: float = 0.3) -> list[Fact]:
    """People explain what the day says about them, at noon two days later, and HR answers."""
    found: list[Fact] = []
    for office in month.offices:
        for on in month.dates():
            at = office.local(on + 2 * DAY, "12:30")
            known, later = (Known(month, by, on, office) for by in (at - HOUR, at + HOUR))
            for who, person in office.people.items():
                one = day(known, office, who, on)
                if person.employed(on) and one.status in EXPLAINED and one == day(later, office, who, on):
                    found += _request(office, who, on, one, at, dice, share)
    return found


def _request(office: Office, who: str, on: date, one: Day, at: datetime, dice: Random, share: float) -> list[Fact]:
    what = EXPLAINED[one.status]
    if one.undecided or dice.random() > (0.8 if office.quota else share):
        return []
    at += dice.randrange(1500) * SECOND
    wanted = None
    if what == "missing_out" and one.first is not None:
        wanted = (one.first + dice.randint(200, 480) * MINUTE).replace(microsecond=0)
    if what == "late" and office.quota and one.first is not None and dice.random() < 0.7:
        what, wanted = "forgot_in", (one.first - 40 * MINUTE).replace(microsecond=0)
    if what == "absent" and dice.random() < 0.5:
        what = "forgot_in"
        wanted = office.local(on, "09:00") + dice.randint(-20, 80) * MINUTE
    ask = Ask(at, who, key(who, on, what), on, what, wanted)
    if dice.random() < 0.2:
        return [ask]
    return [ask, Answer(at + timedelta(hours=dice.randint(1, 40)), who, ask.key, dice.random() < 0.6)]


def corrections(month: Month, known: Known, dice: Random, share: float = 0.05) -> list[Fact]:
    """After the end some of the late explain themselves, and HR believes them."""
    late = [
        (office, who, on)
        for office in month.offices
        for who, person in office.people.items()
        for on in month.dates()[-20:]
        if person.employed(on) and day(known, office, who, on).status in ("late", "serious_late")
    ]
    fresh = [one for one in late if all(ask.what != "late" for ask in known.asks.get(one[1:], ()))]
    found: list[Fact] = []
    for n, (_, who, on) in enumerate(dice.sample(fresh, max(2, round(share * len(late))))):
        ask = Ask(month.over + 5 * HOUR + n * MINUTE, who, key(who, on, "correction"), on, "late")
        found += [ask, Answer(ask.at + 30 * SECOND, who, ask.key, True)]
    return found
