"""Pictures as cameras make them, drawn from a number."""

from __future__ import annotations

import io
import random
from typing import Any

from PIL import Image

from webapp.attendance.service.request_photos import Picture, attach
from webapp.core import clock, files
from webapp.core.db import do
from webapp.core.pictures import read_picture


def shelf(number: int, width: int = 640, height: int = 480) -> Image.Image:
    """A shelf with products; another number is another shelf."""
    dice = random.Random(number)
    image = Image.new("RGB", (64, 48), (dice.randrange(60, 200),) * 3)
    for _ in range(40):
        left, top = dice.randrange(60), dice.randrange(44)
        colour = tuple(dice.randrange(256) for _ in range(3))
        image.paste(colour, (left, top, left + dice.randrange(2, 14), top + dice.randrange(2, 12)))
    return image.resize((width, height), Image.Resampling.BICUBIC)


def written(image: Image.Image, kind: str = "JPEG", **how: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def jpeg(number: int = 1, width: int = 640, height: int = 480, **how: Any) -> bytes:
    return written(shelf(number, width, height), **{"quality": 85, **how})


def exif(orientation: int | None = None) -> Image.Exif:
    """With a place, a phone's name and, if asked for, turned."""
    data = Image.Exif()
    data[0x010F] = "PhoneMaker"
    if orientation:
        data[0x0112] = orientation
    data.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 50.0), 3: "E", 4: (121.0, 28.0, 25.0)})
    return data


def sent_with(*requests: object) -> tuple[object, ...]:
    """The same requests (ids of exceptions), each with a picture from now on."""
    picture = read_picture(jpeg(7))
    name = files.put(picture.jpeg, small=picture.small, at=clock.now())
    for asked in requests:
        kept = Picture(name, picture.width, picture.height, len(picture.jpeg))
        do(attach, exception_id=asked, picture=kept, at=clock.now())
    return requests
