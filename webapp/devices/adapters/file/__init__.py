"""Files that were taken from a device by hand; one module per format, found by its `FORMAT`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

from webapp.core.errors import N_
from webapp.devices.adapters import Adapter, Told
from webapp.devices.adapters.file.shape import Answers, Format, settled
from webapp.devices.adapters.file.text import Head
from webapp.devices.adapters.file.words import SAID as SAID
from webapp.devices.rules import Parsed


@cache
def formats() -> Mapping[str, Format]:
    """Every format by its code, in the order of their modules."""
    files = sorted(Path(__file__).parent.glob("[a-z]*.py"))
    found = [getattr(import_module(f"{__name__}.{file.stem}"), "FORMAT", None) for file in files]
    return {each.code: each for each in found if isinstance(each, Format)}


def detect(body: bytes) -> str | None:
    """The format a file most probably has; None when it looks like none of them."""
    head = Head(body)
    score, code = max((each.detect(head), each.code) for each in formats().values())
    return code if score else None


def parse(kind: str, body: bytes, told: Told) -> Parsed:
    answers: Answers = told.get("answers") or {}
    chosen = formats()[kind]
    return chosen.parse(body, settled(chosen.questions(body, answers)))


ADAPTER = Adapter(code="file", label=N_("Files taken from the device"), parse=parse)
