"""What comes after a month was closed, drawn from a seed. Imports nothing of the product."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from random import Random
from zoneinfo import ZoneInfo

from tests.acceptance.month.days import MINUTE, SECOND, key, spot
from tests.acceptance.month.known import Known
from tests.acceptance.month.world import Answer, Fact, Month, Office, Post, Tap


def facts(month: Month, known: Known, at: datetime, dice: Random) -> list[Fact]:
    """Ids that were forgotten, what a device had kept to itself, and taps a phone had never sent."""
    found: list[Fact] = [replace(pin, at=at + n * SECOND) for n, pin in enumerate(month.unasked)]
    for office in month.offices:
        found += _stick(month, known, office, at + MINUTE, dice)
        found += _taps(month, known, office, at + 5 * MINUTE, dice)
    return found


def answers(late: list[Fact], at: datetime, dice: Random) -> list[Fact]:
    """Opened again, HR decides about the taps."""
    taps = [fact for fact in late if isinstance(fact, Tap)]
    return [Answer(at + n * SECOND, tap.who, tap.key, dice.random() < 0.7) for n, tap in enumerate(taps)]


def _stick(month: Month, known: Known, office: Office, at: datetime, dice: Random) -> Iterator[Fact]:
    """Coming, going or both of some, on dates of the month."""
    able = [one for one in office.people.values() if one.pin and one.no in known.pins]
    walls = list(office.walls.values())
    for n in range(max(3, len(able) // 5)):
        person, on, wall = dice.choice(able), dice.choice(month.dates()[:-2]), dice.choice(walls)
        expected = known.expected(office, person.no, on, None)
        if not person.employed(on):
            continue
        times = dice.choice(((0,), (1,), (0, 1)))
        moments = [(expected.starts - 4 * MINUTE, expected.ends + 3 * MINUTE)[which] for which in times]
        shown = [(one + wall.fast_s * SECOND).astimezone(ZoneInfo(wall.zone)) for one in moments]
        yield Post(at + n * SECOND, wall.code, tuple((str(person.pin), f"{one:%Y-%m-%d %H:%M:%S}") for one in shown))


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
