"""The whole month from a seed."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from random import Random

from tests.acceptance.month import days, people
from tests.acceptance.month.company import offices
from tests.acceptance.month.world import Fact, Month, Post


def month(
    seed: int, first: date, last: date, *, reps: int, places: int, abroad: str = "NY", asked: bool = True
) -> Month:
    """`asked`: people explain their days, and HR answers."""
    dice = Random(seed)
    made = Month(offices(dice, first, last, reps, places, abroad), first, last, [])
    made.facts += people.plans(made, dice)
    made.facts += people.stand_ins(made)
    made.unasked = people.forgotten(made) if asked else []
    people.swaps_and_leave(made, dice)
    made.facts += days.happenings(made, dice, odd=asked)
    made.facts += people.words(made, dice)
    made.facts += people.words_for_devices(made, dice) if asked else []
    made.facts += people.decisions(made, dice)
    made.facts += people.requests(made, dice) if asked else []
    return made


def in_another_order(made: Month, seed: int) -> Month:
    """The same month with everything devices sent cut and delivered anew, any time before the end."""
    dice = Random(seed)
    found: list[Fact] = [fact for fact in made.facts if not isinstance(fact, Post)]
    lines: dict[str, list[tuple[datetime, tuple[str, str]]]] = defaultdict(list)
    for post in made.facts:
        if isinstance(post, Post):
            lines[post.who] += [(post.at, line) for line in post.lines]
    for wall, said in lines.items():
        dice.shuffle(said)
        while said:
            piece = [said.pop() for _ in range(min(len(said), dice.randint(1, 60)))]
            at = max(at for at, _ in piece)
            late = at + (made.over - at) * dice.random() * 0.8
            found.append(Post(late.replace(microsecond=0), wall, tuple(line for _, line in piece)))
    return Month(made.offices, made.first, made.last, found)
