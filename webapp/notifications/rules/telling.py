"""One thing to tell one person."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from webapp.core.errors import WORDS

_LOCAL = re.compile(r"^/(?![/\\])[^\\\s]{0,198}$")


@dataclass(frozen=True, slots=True)
class Told:
    """`params` are JSON: names ending in _minor are money (in "currency"), in _on ISO dates, in _days some of them
    (with T12: from or until noon), in _names the English and the Chinese one, in _code codes of their own, in _line
    codes with their parameters.
    `key` names the event, so that it is told once; `about` the matter, so that it can be closed.
    """

    employee_id: int
    code: str
    key: str
    link: str
    params: Mapping[str, Any] = field(default_factory=dict)
    about: str | None = None


def problem_of(told: Told) -> str | None:
    """Why this cannot be told; a notice is never worth an action that breaks over it."""
    if told.code not in WORDS:
        return "no words"
    if not 0 < len(told.key) <= 120 or len(told.about or "") > 60 or len(told.code) > 40:
        return "key too long"
    if not _LOCAL.match(told.link):
        return "link is no path of ours"
    return None
