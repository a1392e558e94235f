"""What every HTML answer must satisfy, checked on each page any test fetches (STYLE rule 23)."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

_SCRIPT_DATA_TYPES = {"application/json"}
_REFERENCES = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "list", "form")


class PageReader(HTMLParser):
    """Collects what the checks need in one pass."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []
        self.ids: Counter[str] = Counter()
        self.references: list[tuple[str, str]] = []
        self.h1: list[str] = []
        self.title = ""
        self.lang = ""
        self.is_document = False
        self._open: list[str] = []

    def handle_decl(self, decl: str) -> None:
        self.is_document = self.is_document or decl.lower().startswith("doctype")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._check_inline(tag, given)
        self._check_form(tag, given)
        self._collect(tag, given)
        if tag in ("h1", "title", "svg"):
            self._open.append(tag)
        if tag == "h1":
            self.h1.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            self._open.remove(tag)

    def handle_data(self, data: str) -> None:
        if "h1" in self._open:
            self.h1[-1] += data
        if "title" in self._open and "svg" not in self._open:
            self.title += data

    def _check_inline(self, tag: str, given: dict[str, str]) -> None:
        if tag == "style":
            self.problems.append("<style> element: put it into a file under static/css")
        if tag == "script" and "src" not in given and given.get("type") not in _SCRIPT_DATA_TYPES:
            self.problems.append("<script> without src: put it into a file under static/js")
        if "style" in given:
            self.problems.append(f"style= on <{tag}>: the CSP blocks it, use a class")
        for name in given:
            if name.startswith(("on", "hx-on")):
                self.problems.append(f"{name}= on <{tag}>: bind it by a data- attribute from static/js")
        if given.get("href", "").lower().startswith("javascript:"):
            self.problems.append(f"javascript: link on <{tag}>")

    def _check_form(self, tag: str, given: dict[str, str]) -> None:
        if tag != "form" or given.get("method") == "dialog":
            return
        if not given.get("action"):
            self.problems.append("<form> without action: it must work without JavaScript")
        if given.get("method", "").lower() not in {"get", "post"}:
            self.problems.append(f"<form action={given.get('action')!r}> does not say its method")

    def _collect(self, tag: str, given: dict[str, str]) -> None:
        if "id" in given:
            self.ids[given["id"]] += 1
        if tag == "html":
            self.lang = given.get("lang", "")
        for name in _REFERENCES:
            self.references += [(name, target) for target in given.get(name, "").split()]


def problems(html: str, *, fragment: bool = False) -> list[str]:
    """What is wrong with an HTML answer; empty when nothing is."""
    page = PageReader()
    page.feed(html)
    found = list(page.problems)
    found += [f"id {name!r} appears {count} times" for name, count in page.ids.items() if count > 1]
    if fragment or not page.is_document:
        return found
    if len(page.h1) != 1:
        found.append(f"{len(page.h1)} <h1> elements, a page has exactly one")
    if not all(text.strip() for text in page.h1):
        found.append("an empty <h1>")
    if not page.title.strip():
        found.append("no <title>")
    if not page.lang:
        found.append("<html> without lang")
    known = set(page.ids)
    found += [f"{name}={target!r} points at no element" for name, target in page.references if target not in known]
    return found
