"""What the screens say in Chinese, from the catalogue the product ships."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from babel.support import Translations

import webapp


def zh(english: str, **params: Any) -> str:
    """The Chinese of a source text, filled in. Raises AssertionError when there is none."""
    chinese = str(_catalogue().gettext(english))
    assert chinese != english, f"not translated: {english}"
    return chinese % params if params else chinese


@cache
def _catalogue() -> Any:
    return Translations.load(Path(webapp.__file__).parent / "translations", ["zh_Hans"])
