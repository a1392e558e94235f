"""Walking the URL map: who may call what, with which objects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask

from webapp.core.authz import Role

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
        return re.findall(r"<(?:[^:<>]+:)?(\w+)>", self.rule)

    def path(self, values: dict[str, object]) -> str:
        return re.sub(r"<(?:[^:<>]+:)?(\w+)>", lambda found: str(values[found[1]]), self.rule)

    def __str__(self) -> str:
        return f"{self.method} {self.rule} ({self.endpoint})"


def all_routes(app: Flask) -> Iterator[Route]:
    """Every route and method except static files, reading before writing."""
    for method in _METHODS:
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
            if method in (rule.methods or ()) and rule.endpoint != "static":
                roles = app.view_functions[rule.endpoint].permission  # type: ignore[attr-defined]
                yield Route(rule.endpoint, method, rule.rule, roles)


def untyped(rule: str) -> list[str]:
    """Parameters that take any text: <name> instead of <int:name>, <uuid:name>, <any(...):name>."""
    return re.findall(r"<(\w+)>", rule)


def is_kebab(rule: str) -> bool:
    plain = re.sub(r"<[^<>]+>", "x", rule)
    return bool(re.fullmatch(r"(/[a-z0-9.]+(-[a-z0-9.]+)*)*/?", plain))
