"""Photos of shelves, drawn: what a rep's phone would have sent, the same every time it is told."""

import io
from random import Random

from PIL import Image, ImageDraw

SIZE = (640, 480)
_WALLS = ("#d9d4c8", "#cfd6da", "#e3dccf", "#c9cfc4")
_GOODS = ("#b5402f", "#2f6f8f", "#d9a441", "#3f7d4e", "#7a4b8a", "#e07b39", "#4a5a68", "#c98ba0", "#efe6d0")


def shelf(dice: Random) -> bytes:
    """A shelf with goods in rows, as a JPEG."""
    picture = Image.new("RGB", SIZE, dice.choice(_WALLS))
    draw = ImageDraw.Draw(picture)
    rows, left = dice.randrange(3, 6), dice.randrange(0, 90)
    height = SIZE[1] // rows
    for row in range(rows):
        floor = (row + 1) * height - 10
        draw.rectangle((0, floor, SIZE[0], floor + 10), fill="#6b5a48")
        right = left
        while right < SIZE[0] - 20:
            right = _facing(draw, dice, right, floor, height)
    glare = dice.randrange(0, SIZE[0])
    draw.polygon([(glare, 0), (glare + 60, 0), (glare - 40, SIZE[1]), (glare - 140, SIZE[1])], fill="#f4f1ea")
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=70)
    return written.getvalue()


def _facing(draw: ImageDraw.ImageDraw, dice: Random, left: int, floor: int, height: int) -> int:
    """Some of the same goods beside each other; where the next ones begin."""
    color, wide, tall = dice.choice(_GOODS), dice.randrange(18, 52), dice.randrange(height // 2, height - 14)
    for _ in range(dice.randrange(1, 6)):
        if left + wide > SIZE[0]:
            break
        draw.rectangle((left, floor - tall, left + wide - 3, floor), fill=color, outline="#2b2b2b")
        draw.rectangle((left + 4, floor - tall // 2, left + wide - 8, floor - tall // 3), fill="#f7f3e8")
        left += wide
    return left + (dice.randrange(10, 60) if dice.random() < 0.3 else 2)
