"""Which photos repeat an earlier one, and that the index never misses what the rule would find."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageFilter

from tests.attendance.days import ON
from tests.support import shots
from webapp.attendance.rules.photos import ALIKE, Shot, bands, differ, likeness, near_bands
from webapp.core.pictures import dhash, read_picture

FIRST = Shot(1, 10, 100, 1000, ON, "a" * 64, "b" * 64, 0b1111)
LATER = replace(FIRST, id=2, check_in_id=11, sha256="c" * 64, sent_sha256="d" * 64)
ELSEWHERE = replace(LATER, employee_id=101, site_id=1001)
WORD = st.integers(-(1 << 63), (1 << 63) - 1)


def flipped(word: int, bits: Any) -> int:
    changed = (word & (1 << 64) - 1) ^ sum(1 << bit for bit in bits)
    return changed - (1 << 64) if changed >> 63 else changed


def test_the_same_file_is_the_same_whoever_and_wherever() -> None:
    assert likeness(replace(LATER, sent_sha256="b" * 64), FIRST) == "same"
    assert likeness(replace(ELSEWHERE, sha256="a" * 64, phash=None), FIRST) == "same"


def test_another_person_or_store_with_nearly_the_same_picture() -> None:
    assert likeness(replace(ELSEWHERE, phash=flipped(FIRST.phash or 0, range(20, 20 + ALIKE))), FIRST) == "alike"
    assert likeness(replace(ELSEWHERE, phash=flipped(FIRST.phash or 0, range(20, 21 + ALIKE))), FIRST) is None


def test_shots_of_one_visit_or_one_day_at_a_store_are_no_repeats() -> None:
    assert likeness(replace(LATER, check_in_id=10), FIRST) is None
    assert likeness(LATER, FIRST) is None


def test_an_honest_shelf_looks_much_like_last_week() -> None:
    next_week = replace(LATER, work_date=ON + timedelta(days=7))
    assert likeness(replace(next_week, phash=flipped(15, range(20, 24))), FIRST) is None
    assert likeness(next_week, FIRST) == "alike"


def test_who_came_first_repeats_nobody() -> None:
    assert likeness(FIRST, replace(ELSEWHERE, sha256="a" * 64)) is None


def test_a_picture_of_nothing_is_like_no_other() -> None:
    assert likeness(replace(ELSEWHERE, phash=None), replace(FIRST, phash=None)) is None


@given(word=WORD, bits=st.sets(st.integers(0, 63), max_size=7))
def test_the_index_finds_everything_the_rule_would(word: int, bits: set[int]) -> None:
    other = flipped(word, bits)
    assert differ(word, other) == len(bits)
    assert set(bands(other)) & set(near_bands(word))
    assert len(near_bands(word)) == 68


@pytest.mark.parametrize(
    "change",
    [
        lambda image: image.resize((300, 225)),
        lambda image: Image.open(io.BytesIO(shots.written(image, quality=30))),
        lambda image: ImageEnhance.Brightness(image).enhance(1.2),
        lambda image: image.filter(ImageFilter.GaussianBlur(2)),
        lambda image: image.crop((6, 4, 634, 476)),
    ],
    ids=["smaller", "through a messenger", "brighter", "blurred", "cut a little"],
)
def test_a_picture_that_was_worked_on_is_found(change: Any) -> None:
    image = shots.shelf(1)
    before, after = dhash(image), read_picture(shots.written(change(image))).phash
    assert before is not None
    assert after is not None
    assert differ(before, after) <= ALIKE


def test_different_shelves_are_far_apart() -> None:
    words = [word for number in range(60) if (word := dhash(shots.shelf(number))) is not None]
    closest = min(differ(one, other) for i, one in enumerate(words) for other in words[:i])
    assert closest > 2 * ALIKE
