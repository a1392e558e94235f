"""T11: what is a picture, and what is left of one."""

from __future__ import annotations

import io
import resource

import pytest
from PIL import Image

from tests.support import shots
from webapp.core import pictures
from webapp.core.errors import Invalid
from webapp.core.pictures import read_picture


def opened(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body))


def refusal(body: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        read_picture(body)
    assert caught.value.field == "photo"
    return caught.value.code


def test_a_photo_is_made_small_and_keeps_its_shape() -> None:
    read = read_picture(shots.jpeg(1, 4032, 3024))
    assert (read.width, read.height) == opened(read.jpeg).size == (1280, 960)
    assert opened(read.small).size == (320, 240)
    assert len(read.jpeg) < 300_000


def test_nothing_but_the_pixels_is_left() -> None:
    sent = shots.jpeg(1, exif=shots.exif(), comment=b"at home", icc_profile=b"x" * 200)
    assert b"PhoneMaker" in sent
    kept = read_picture(sent).jpeg
    assert not opened(kept).getexif()
    assert not {"exif", "comment", "icc_profile"} & opened(kept).info.keys()
    for secret in (b"PhoneMaker", b"at home", b"Exif"):
        assert secret not in kept


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_turned_photo_is_upright(orientation: int) -> None:
    plain = shots.shelf(1)
    turn = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}[orientation]
    sent = shots.written(plain.transpose(turn), quality=90, exif=shots.exif(orientation))
    read = read_picture(sent)
    assert (read.width, read.height) == (640, 480)
    assert pictures.dhash(opened(read.jpeg)) == pictures.dhash(plain)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_kinds_become_jpeg_on_white(kind: str) -> None:
    image = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    read = read_picture(shots.written(image, kind))
    assert opened(read.jpeg).format == "JPEG"
    assert opened(read.jpeg).getpixel((5, 5)) == (255, 255, 255)


def test_what_stands_behind_the_first_picture_of_a_phone_is_left_out() -> None:
    """Some phones write two pictures into one file."""
    sent = shots.written(shots.shelf(1), "MPO", save_all=True, append_images=[shots.shelf(2)])
    assert opened(sent).format == "MPO"
    assert read_picture(sent).width == 640


@pytest.mark.parametrize("mode", ["L", "CMYK", "P", "1"])
def test_odd_colours_are_read(mode: str) -> None:
    kind = "JPEG" if mode in ("L", "CMYK") else "PNG"
    assert read_picture(shots.written(shots.shelf(1).convert(mode), kind)).width == 640


def test_what_is_no_picture_is_refused() -> None:
    assert refusal(b"") == "picture_unreadable"
    assert refusal(b"%PDF-1.7 not a picture") == "picture_unreadable"
    assert refusal(b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>") == "picture_unreadable"
    assert refusal(shots.written(shots.shelf(1), "GIF")) == "picture_unreadable"
    assert refusal(shots.written(shots.shelf(1), "BMP")) == "picture_unreadable"


def test_a_picture_that_ends_in_the_middle_is_refused() -> None:
    for part in (0.3, 0.6, 0.95):
        whole = shots.jpeg(1)
        assert refusal(whole[: int(len(whole) * part)]) == "picture_cut"
    whole = shots.written(shots.shelf(1), "PNG")
    assert refusal(whole[: len(whole) // 2]) in ("picture_cut", "picture_unreadable")


def test_a_film_is_refused() -> None:
    film = shots.written(shots.shelf(1), "WEBP", save_all=True, append_images=[shots.shelf(2)])
    assert refusal(film) == "picture_moves"
    film = shots.written(shots.shelf(1), "PNG", save_all=True, append_images=[shots.shelf(2)])
    assert refusal(film) == "picture_moves"


def test_too_small_and_too_large_are_refused_before_anything_is_decoded() -> None:
    assert refusal(shots.jpeg(1, 150, 400)) == "picture_too_small"
    bomb = shots.written(Image.new("1", (30_000, 30_000)), "PNG")
    assert len(bomb) < 200_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(bomb) == "picture_too_large"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000
    assert refusal(b"x" * (pictures.MOST_BYTES + 1)) == "picture_too_heavy"


def test_a_covered_lens_shows_nothing() -> None:
    assert read_picture(shots.written(Image.new("RGB", (400, 300), (9, 9, 9)))).phash is None
    assert read_picture(shots.jpeg(1)).phash is not None
