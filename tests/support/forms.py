"""The forms of a page as a browser would send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_NO_VALUE = {"submit", "button", "file", "image", "reset"}


@dataclass
class FoundForm:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


def forms(html: str) -> list[FoundForm]:
    """Every form with its fields as they stand; the first choice where nothing is chosen."""
    reader = _Reader()
    reader.feed(html)
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[FoundForm] = []
        self._open: FoundForm | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self._open = FoundForm(given.get("action", ""), given.get("method", "get").lower())
            self.found.append(self._open)
        elif self._open is None:
            return
        elif tag == "select":
            self._select = name
            self._open.fields.setdefault(name, "")
        elif tag == "option" and self._select:
            self._option(given)
        elif name and tag == "button":
            self._open.fields.setdefault(name, given.get("value", ""))
        elif name and tag in ("input", "textarea") and given.get("type") not in _NO_VALUE:
            self._input(given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if tag == "select":
            self._select = None

    def _option(self, given: dict[str, str]) -> None:
        assert self._open
        assert self._select
        if "selected" in given or not self._open.fields[self._select]:
            self._open.fields[self._select] = given.get("value", "")

    def _input(self, given: dict[str, str]) -> None:
        assert self._open
        if given.get("type") not in ("radio", "checkbox") or "checked" in given:
            self._open.fields[given["name"]] = given.get("value", "")
        else:
            self._open.fields.setdefault(given["name"], given.get("value", ""))
