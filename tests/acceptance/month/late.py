"""What comes after a month was closed, drawn from a seed. Imports nothing of the product."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from random import Random
from zoneinfo import ZoneInfo

from tests.acceptance.month.days import MINUTE, SECOND, key, spot
from tests.acceptance.month.known import Known
from tests.acceptance.month.oracle import Day
from tests.acceptance.month.world import Answer, Fact, Month, Office, Post, Tap

Days = Mapping[tuple[str, date], Day]
LACKING = ("late", "serious_late", "early_leave", "missing_in", "missing_out", "absent")


def facts(month: Month, known: Known, days: Days, at: datetime, dice: Random) -> list[Fact]:
    """Ids that were forgotten, what a device had kept to itself, taps a phone had never sent. `days`: as they are."""
    found: list[Fact] = [replace(pin, at=at + n * SECOND) for n, pin in enumerate(month.unasked)]
    for office in month.offices:
        found += _stick(known, office, at + MINUTE, _lacking(office, known, days, dice), dice)
        found += _taps(month, known, office, at + 5 * MINUTE, dice)
    return found


def answers(late: list[Fact], at: datetime, dice: Random) -> list[Fact]:
    """Opened again, HR decides about the taps."""
    taps = [fact for fact in late if isinstance(fact, Tap)]
    return [Answer(at + n * SECOND, tap.who, tap.key, dice.random() < 0.7) for n, tap in enumerate(taps)]


def _lacking(office: Office, known: Known, days: Days, dice: Random) -> list[tuple[str, date]]:
    """Half of the days that a punch could mend, and some others."""
    mine = [pair for pair in days if pair[0] in office.people and pair[0] in known.pins]
    bad = [pair for pair in mine if days[pair].status in LACKING]
    return dice.sample(bad, len(bad) // 2) + dice.sample(mine, 3)


def _stick(known: Known, office: Office, at: datetime, pairs: list[tuple[str, date]], dice: Random) -> Iterator[Fact]:
    """Coming, going or both."""
    walls = list(office.walls.values())
    for n, (who, on) in enumerate(pairs):
        wall, expected = dice.choice(walls), known.expected(office, who, on, None)
        times = dice.choice(((0,), (1,), (0, 1), (0, 1)))
        moments = [(expected.starts - 4 * MINUTE, expected.ends + 3 * MINUTE)[which] for which in times]
        shown = [(one + wall.fast_s * SECOND).astimezone(ZoneInfo(wall.zone)) for one in moments]
        pin = str(office.people[who].pin)
        yield Post(at + n * SECOND, wall.code, tuple((pin, f"{one:%Y-%m-%d %H:%M:%S}") for one in shown))


def _taps(month: Month, known: Known, office: Office, at: datetime, dice: Random) -> Iterator[Fact]:
    """Of days on which nobody saw them."""
    for n, (who, on) in enumerate(_unseen(month, known, office, dice)):
        place = office.people[who].places[0]
        came = known.expected(office, who, on, place).starts - dice.randint(2, 9) * MINUTE
        there = spot(office.places[place], "", dice)
        yield Tap(at + n * SECOND, who, key(who, on, "late"), "in", came, place, there)


def _unseen(month: Month, known: Known, office: Office, dice: Random) -> list[tuple[str, date]]:
    found = [
        (who, on)
        for who, person in office.people.items()
        for on in month.dates()[1:-2]
        if person.employed(on) and person.rota not in ("night", "swing") and known.expected(office, who, on, None).works
        and (who, on) not in known.days_of_taps and (who, on) not in known.fingers
    ]  # fmt: skip
    return dice.sample(found, min(len(found), max(2, len(office.people) // 10)))
