"""Walking the URL map: who may call what, with which objects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Flask

from webapp.core.authz import Role

_PARAMETER = re.compile(r"<(?:([^:<>]+):)?(\w+)>")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Route:
    endpoint: str
    method: str
    rule: str
    roles: frozenset[Role] | None
    """None: open to everybody."""

    @property
    def parameters(self) -> list[str]:
        """Names of the objects in the path; a choice of words (<any(a, b):x>) names no object."""
        return [name for converter, name in _PARAMETER.findall(self.rule) if not converter.startswith("any(")]

    def path(self, values: Mapping[str, object]) -> str:
        return _PARAMETER.sub(lambda found: str(values.get(found[2], _first_choice(found[1] or ""))), self.rule)

    def __str__(self) -> str:
        return f"{self.method} {self.rule} ({self.endpoint})"


def all_routes(app: Flask) -> Iterator[Route]:
    """Every route and method except static files, reading before writing."""
    for method in _METHODS:
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
            if method in (rule.methods or ()) and rule.endpoint != "static":
                roles = app.view_functions[rule.endpoint].permission  # type: ignore[attr-defined]
                yield Route(rule.endpoint, method, rule.rule, roles)


def _first_choice(converter: str) -> str:
    return converter.removeprefix("any(").partition(",")[0].strip(" \"')")


def untyped(rule: str) -> list[str]:
    """Parameters that take any text: <name> instead of <int:name>, <uuid:name>, <any(...):name>."""
    return re.findall(r"<(\w+)>", rule)


def is_kebab(rule: str) -> bool:
    plain = re.sub(r"<[^<>]+>", "x", rule)
    return bool(re.fullmatch(r"(/[a-z0-9.]+(-[a-z0-9.]+)*)*/?", plain))
