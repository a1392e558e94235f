"""However a tap arrives, one piece of code judges it and one writes it down (T7)."""

from __future__ import annotations

import ast

import pytest

from tests.architecture import source

DOOR = "webapp/attendance/service/check_in.py"


@pytest.mark.parametrize("name", ["judge", "insert_check_in", "insert_verdict"])
def test_t7_every_entrance_goes_through_one_door(name: str) -> None:
    """A new way in (a device, an API, an import) calls attendance.service.check_in; it brings no rule of its own."""
    files = [file for file in source.python("webapp", "jobs") if not file.path.endswith("/__init__.py")]
    assert [file.path for file in files if name in imported(file.tree, "webapp.attendance")] == [DOOR]


def test_t7_nobody_else_writes_check_ins() -> None:
    files = source.python("webapp", "jobs")
    writes = [file.path for file in files if "insert(CheckIn)" in file.text or "CheckIn(" in file.text]
    assert writes == ["webapp/attendance/models/__init__.py", "webapp/attendance/service/evidence.py"]


def imported(tree: ast.Module, package: str) -> set[str]:
    return {
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(package)
        for name in node.names
    }
