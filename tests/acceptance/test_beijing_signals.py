"""Real days in Beijing with phones drawn from a seed: honest people are left alone, six ways to pretend are not.

The fence has no part in it. The facts are built as the database gives them; tests/attendance runs the same
pretences through the services and the job.
"""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from tests.acceptance import beijing, phones, spoofs
from tests.acceptance.data import need
from webapp.attendance.rules.signals import SignalSettings, weigh

pytestmark = pytest.mark.acceptance

SEEDS = (1, 2, 3)
HONEST_AT_MOST, CAUGHT_AT_LEAST = 0.02, 0.90
SETTINGS = SignalSettings()


@pytest.fixture(scope="module")
def tracks():
    return beijing.load(need("beijing_tracks"))


@pytest.fixture(scope="module")
def worlds(tracks):
    taps = beijing.taps(tracks, every=10)
    return [phones.honest(tracks, taps, Random(seed)) for seed in SEEDS]


def test_honest_people_are_left_alone_and_pretending_is_seen(worlds, capsys):
    lines = [line("honest: stays", [count(world.seen, world.stays) for world in worlds])]
    every = [count(world.seen, {one.check_in_id for one in world.seen} - world.stays) for world in worlds]
    lines.append(line("honest: every 10th fix", every))
    for name, pretend in spoofs.SPOOFS.items():
        tries = [count(*pretend(world, Random(seed))) for seed, world in zip(SEEDS, worlds, strict=True)]
        lines.append(line(name, tries))
    with capsys.disabled():
        print("\n" + "\n".join(f"{name:24} {of:6} {hit:6} {share:7.2%}  {why}" for name, of, hit, share, why in lines))  # noqa: T201
    for name, _, _, share, _ in lines:
        assert share <= HONEST_AT_MOST if name.startswith("honest") else share >= CAUGHT_AT_LEAST, name


def test_the_bare_tracks_flag_nobody(tracks):
    """As the money's replay sends them: nothing drawn, and the assumed 15 m for every fix says nothing."""
    taps = [tap for tap in beijing.taps(tracks, every=10) if tap.kind == "in"]
    people = {name: number for number, name in enumerate(sorted({tap.fix.person for tap in taps}), 1)}
    seen = [
        phones.plain(number, people[tap.fix.person], tap, tracks.places[tap.site], beijing.ACCURACY_M)
        for number, tap in enumerate(taps, 1)
    ]
    settings = SignalSettings.of({"off": ["accuracy"]})
    assert count(seen, range(1, len(seen) + 1), settings)[1] == 0


def count(seen, which, settings=SETTINGS):
    """(how many, how many reached the threshold, which signals those had)."""
    found, total, hit = Counter(), 0, 0
    for facts in phones.weighable(seen, which):
        weighed = weigh(facts, settings)
        total += 1
        if weighed.score >= settings.threshold:
            hit += 1
            found.update(signal.code for signal in weighed.against)
    return total, hit, found


def line(name, counts):
    of, hit = (sum(one[n] for one in counts) for n in (0, 1))
    why = sum((one[2] for one in counts), Counter())
    return name, of, hit, hit / of, ", ".join(f"{code} {n}" for code, n in why.most_common(4))
