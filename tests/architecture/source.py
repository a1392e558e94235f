"""Reading the source as the rules see it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Source:
    """One file; `path` is relative to the repository, with forward slashes."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())


@dataclass(frozen=True)
class Rule:
    """A house rule: `check` yields 'line: what', `bad` is a text it must object to."""

    name: str
    why: str
    check: Callable[[Source], Iterator[str]]
    bad: Source

    def violations(self, sources: list[Source]) -> list[str]:
        return [f"{source.path}:{found}" for source in sources for found in self.check(source)]


def python(*folders: str) -> list[Source]:
    """Python files below the folders, migrations left out."""
    return [s for s in _read(folders, "*.py") if "/migrations/" not in s.path]


def templates() -> list[Source]:
    return [s for s in _read(("templates",), "*") if s.path.endswith((".html", ".svg", ".txt", ".jinja"))]


def scripts() -> list[Source]:
    return [s for s in _read(("static",), "*.js") if "/vendor/" not in s.path]


@cache
def _read(folders: tuple[str, ...], pattern: str) -> list[Source]:
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob(pattern)) if file.is_file()]
    return [Source(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")) for file in files]
