"""What the lines of attendance reports have in common: names, where they lead, shares and changes."""

from collections.abc import Iterable, Sequence
from typing import Any

from webapp.attendance.queries.reports import Group
from webapp.core.charts import LABEL, Bars, Item, bars, fit, measure, narrow_bars
from webapp.core.figures import share
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import lang
from webapp.pages.reporting.shape import Column, Line, shown

CHARTED = 12
"""Bars a chart has at most; the table has them all."""
_DEEPER = {"branch": ("branch_id", "site"), "team": ("team_id", "person"), "type": ("store_type_id", "site")}
_PAGES = {"site": "/hr/sites/{}", "person": "/hr/people/{}", "supervisor": "/hr/people/{}"}


def by_words(codes: Iterable[str]) -> list[tuple[str, str]]:
    said = {
        "branch": gettext("Branch"),
        "team": gettext("Team"),
        "type": gettext("Store type"),
        "site": gettext("Site"),
        "person": gettext("Person"),
        "supervisor": gettext("Supervisor"),
        "sources": gettext("Combination"),
    }
    return [(code, said[code]) for code in codes]


def head(by: str, *, several: bool) -> list[Column]:
    """The first columns: the name, what tells it from others of the same name, and its branch where there are more."""
    named = [Column("name", dict(by_words([by]))[by], "text")]
    if by in ("site", "person", "supervisor"):
        named.append(Column("note", gettext("Code") if by == "site" else gettext("Number"), "code"))
    return [*named, Column("branch", gettext("Branch"), "text")] if several and by != "branch" else named


def line(group: Group, by: str, figures: dict[str, Any]) -> Line:
    cells = {"name": name_of(group, by), "note": group.note or "", "branch": group.branch or "", **figures}
    if group.key is None:
        return Line(cells)
    if by in _DEEPER:
        field, finer = _DEEPER[by]
        return Line(cells, deeper={field: group.key, "by": finer, "sort": None, "page": None})
    return Line(cells, href=_PAGES[by].format(group.key))


def name_of(group: Group, by: str) -> str:
    name = group.name_zh if lang() == "zh" else group.name
    nobody = {
        "team": gettext("Without a team"),
        "site": gettext("Without a site"),
        "type": gettext("Without a site"),
        "supervisor": gettext("Nobody"),
    }
    return name or nobody.get(by, "")


def number(row: Any, name: str) -> int:
    """0 for a period without a row."""
    return int(getattr(row, name) or 0) if row is not None else 0


def part(row: Any, name: str, whole: str = "days") -> float | None:
    return share(number(row, name), number(row, whole))


def change(now: float | None, past: float | None) -> float | None:
    return None if now is None or past is None else now - past


def summed(groups: Sequence[Group], *names: str) -> tuple[dict[str, int], dict[str, int]]:
    """Both periods of everything together."""
    now = {name: sum(number(group.now, name) for group in groups) for name in names}
    return now, {name: sum(number(group.past, name) for group in groups) for name in names}


def highest(
    lines: Sequence[Line], value: str, past: str | None = None, *, kind: str = "share", narrow: bool = False
) -> Bars:
    """A bar for each of the lines with the most of something."""
    known = [one for one in lines if one.cells.get(value) is not None]
    known.sort(key=lambda one: (str(one.cells["name"]), str(one.cells.get("note"))))
    known.sort(key=lambda one: one.cells[value], reverse=True)
    return (narrow_bars if narrow else bars)(
        [
            Item(
                _label(one), one.cells[value], shown(one.cells[value], kind),
                one.cells.get(past) if past else None,
            )
            for one in known[:CHARTED]
        ]
    )  # fmt: skip


def _label(one: Line) -> str:
    """Beside a bar; what tells it from others of the same name is never cut off."""
    name, note = str(one.cells["name"]), str(one.cells.get("note") or "")
    return f"{fit(name, LABEL - measure(note) - 1)} {note}" if note else name
