"""However an export is cut, shuffled and repeated on its way, the same raw punches come of it."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select

from jobs.devices import device_request
from tests import factories
from tests.support.terminals import push
from webapp.core.db import db
from webapp.core.outbox import Item
from webapp.devices.models import RawPunch

CASES = 15


def _export(chance: random.Random) -> list[bytes]:
    """As terminals have it: repeats, ids of nobody, zeros in front, damage, and a clock that once fell back."""
    lines = []
    for n in range(120):
        pin = chance.choice(["7", "007", "8", "A1", "0", "  12"])
        time = f"2026-03-{chance.randint(1, 2):02} {chance.randint(8, 9):02}:{chance.randint(0, 59):02}:00"
        time = chance.choice([time] * 8 + ["2000-01-01 00:00:00", "2047-02-30 01:01:01"])
        shape = chance.choice(list(push.SHAPES.values()))
        lines.append(chance.choice([shape(pin, time)] * 9 + [f"damaged\x00{n}"]).encode() + b"\n")
    return lines


def test_any_split_order_and_repetition_gives_the_same_rows(app: Any, client: Any) -> None:
    branch = factories.branch(timezone="Asia/Shanghai")
    lines = _export(random.Random(7))
    plain = _sent(branch, client, [b"".join(lines)])
    assert len(plain) > 60

    @hypothesis_settings(max_examples=CASES)
    @given(st.randoms(use_true_random=False), st.integers(1, 60))
    def check(chance: random.Random, most: int) -> None:
        mixed = [*lines, *chance.sample(lines, chance.randint(0, len(lines)))]
        chance.shuffle(mixed)
        posts = []
        while mixed:
            cut = chance.randint(1, most)
            posts.append(b"".join(mixed[:cut]))
            mixed = mixed[cut:]
        posts += chance.sample(posts, len(posts) // 2)
        assert _sent(branch, client, posts) == plain

    check()


def _sent(branch: Any, client: Any, posts: list[bytes]) -> Counter[tuple[str, str]]:
    """Raw punches of a new terminal that pushes this; read in between at times, as workers do."""
    door = factories.terminal(branch)
    terminal = push.Terminal(door.serial, push.by_client(client))
    for n, body in enumerate(posts):
        assert terminal.post("ATTLOG", body, Stamp=str(n))[0] == 200
        if n % 7 == 0 or n == len(posts) - 1:
            device_request([Item(0, "device_request", str(door.id), {"terminal_id": door.id}, 1)])
    db.session.remove()
    rows = db.session.execute(select(RawPunch.pin, RawPunch.device_time).where(RawPunch.terminal_id == door.id))
    return Counter((row.pin, row.device_time) for row in rows)
