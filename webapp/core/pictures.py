"""Pictures people send: looked at, turned upright, made small and written anew, so that nothing else travels along.

Only one at a time is decoded in a process, and a JPEG is decoded at the size it is needed at: 12 megapixels take
about 9 MB, not 36.
"""

import io
import logging
import threading
from dataclasses import dataclass

from PIL import Image, ImageOps, ImageStat

from webapp.core.errors import N_, Invalid, words

LONGEST, SMALL = 1280, 320
SHORTEST = 200
MOST_BYTES = 15 * 1024 * 1024
MOST_PIXELS = {"JPEG": 50_000_000, "MPO": 50_000_000, "PNG": 6_000_000, "WEBP": 6_000_000}
MOST_PROGRESSIVE = 16_000_000  # all its coefficients are held at once, whatever size is asked for
QUALITY, SMALL_QUALITY = 82, 70
FLAT = 4.0
"""Deviation of the grey values below which a picture shows nothing: all such pictures look alike."""

# Its own limits are looser and count for every format alike; ours are checked before anything is decoded.
Image.MAX_IMAGE_PIXELS = max(MOST_PIXELS.values())

log = logging.getLogger("onsite.pictures")
_one_at_a_time = threading.BoundedSemaphore(1)


@dataclass(frozen=True, slots=True)
class Picture:
    """`phash`: 64 bits of what it shows, as a signed number; None when it shows nothing (a covered lens)."""

    jpeg: bytes
    small: bytes
    width: int
    height: int
    phash: int | None


def read_picture(data: bytes, *, field: str = "photo") -> Picture:
    """Raises Invalid: not a picture, cut off, moving, too small, too large."""
    if len(data) > MOST_BYTES:
        raise Invalid("picture_too_heavy", field, limit=MOST_BYTES // (1024 * 1024))
    with _one_at_a_time:
        try:
            return _read(data, field)
        except Invalid:
            raise
        except OSError as error:
            cut = "truncated" in str(error) or "broken" in str(error)
            raise Invalid("picture_cut" if cut else "picture_unreadable", field) from None
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise Invalid("picture_too_large", field) from None
        except Exception as error:  # noqa: BLE001 - whatever a damaged file does to a decoder is the file's fault
            log.warning("a picture could not be read", exc_info=error)
            raise Invalid("picture_unreadable", field) from None


def dhash(image: Image.Image) -> int | None:
    """Is each of 8x8 spots darker than the one to its right? Scaling, compression and light leave most of it."""
    grey = image.convert("L").resize((9, 8), Image.Resampling.BOX)
    if ImageStat.Stat(grey).stddev[0] < FLAT:
        return None
    spots = grey.tobytes()
    bits = 0
    for row in range(0, 72, 9):
        for spot in range(row, row + 8):
            bits = bits << 1 | (spots[spot] < spots[spot + 1])
    return bits - (1 << 64) if bits >> 63 else bits


def _read(data: bytes, field: str) -> Picture:
    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as opened:
        kind = opened.format or ""
        limit = MOST_PIXELS.get(kind, 0)
        if opened.width * opened.height > (min(limit, MOST_PROGRESSIVE) if opened.info.get("progressive") else limit):
            raise Invalid("picture_too_large", field)
        if min(opened.size) < SHORTEST:
            raise Invalid("picture_too_small", field, limit=SHORTEST)
        # phones put a second view or a depth map behind the first picture of a JPEG: that is no film
        if kind != "MPO" and getattr(opened, "is_animated", False):
            raise Invalid("picture_moves", field)
        opened.draft("RGB", (LONGEST, LONGEST))
        upright = ImageOps.exif_transpose(opened)
        image = _bare(upright)
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    small = image.copy()
    small.thumbnail((SMALL, SMALL), Image.Resampling.BOX)
    return Picture(_jpeg(image, QUALITY), _jpeg(small, SMALL_QUALITY), image.width, image.height, dhash(small))


def _bare(image: Image.Image) -> Image.Image:
    """The pixels alone, on white where there were none: no place, no comment, no profile is left."""
    bare = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        bare.paste(image, mask=image.getchannel("A"))
    else:
        bare.paste(image.convert("RGB"))
    return bare


def _jpeg(image: Image.Image, quality: int) -> bytes:
    written = io.BytesIO()
    image.save(written, "JPEG", quality=quality, optimize=True)
    return written.getvalue()


words(
    {
        "picture_unreadable": N_(
            "This file is no picture we can read. Take a photo with the camera, or choose a JPEG."
        ),
        "picture_cut": N_("This picture ends in the middle. Take it again, or choose another."),
        "picture_moves": N_("This picture moves. Choose a still photo."),
        "picture_too_small": N_("This picture is too small to show anything. At least %(limit)s pixels each way."),
        "picture_too_large": N_("This picture has too many pixels. Choose a smaller size in the camera, or another."),
        "picture_too_heavy": N_("This picture is larger than %(limit)s MB. Choose a smaller size in the camera."),
    }
)
