"""The files pip installs from say exactly what uv.lock says."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = {"requirements.lock": ("postgres",), "requirements-dev.lock": ("postgres", "dev")}
HOW = "export it again: see docs/development.md, A package"


def export(extras: tuple[str, ...]) -> list[str]:
    """uv's words for making one of the files."""
    words = ["export", "--frozen", "--no-default-groups", "--no-emit-project", "--no-annotate", "--no-header", "-q"]
    return [*words, *(word for extra in extras for word in ("--extra", extra))]


@pytest.mark.parametrize("name", FILES)
def test_the_same_packages_in_the_same_versions_with_the_same_hashes(name: str) -> None:
    assert pinned(name) == locked(FILES[name]), f"{name} differs from uv.lock; {HOW}"


@pytest.mark.parametrize("name", FILES)
def test_uv_would_export_the_same_file(name: str) -> None:
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is None:
        pytest.skip("no uv here; the comparison above is the one that counts")
    done = subprocess.run([uv, *export(FILES[name])], cwd=ROOT, capture_output=True, text=True, check=True)
    assert (ROOT / name).read_text() == done.stdout, f"{name} differs from uv.lock; {HOW}"


def test_uv_lock_belongs_to_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[\[<>=;~! ]", need)[0] for need in project["dependencies"]}
    assert wanted == {need["name"] for need in _packages()["onsite"][0]["dependencies"]}


def pinned(name: str) -> dict[tuple[str, str], frozenset[str]]:
    """(package, version) -> hashes, as pip will read them."""
    found: dict[tuple[str, str], set[str]] = {}
    for line in (ROOT / name).read_text().splitlines():
        if match := re.match(r"([a-z0-9.-]+)==(\S+)", line):
            hashes = found.setdefault((match[1], match[2]), set())
        elif match := re.search(r"--hash=(\S+)", line):
            hashes.add(match[1])
    return {pin: frozenset(hashes) for pin, hashes in found.items()}


def locked(extras: tuple[str, ...]) -> dict[tuple[str, str], frozenset[str]]:
    """The same from uv.lock: everything the project and these extras lead to."""
    packages = _packages()
    project = packages["onsite"][0]
    needs = [*project["dependencies"], *(n for extra in extras for n in project["optional-dependencies"][extra])]
    seen: set[tuple[str, str]] = set()
    found: dict[tuple[str, str], frozenset[str]] = {}
    while needs:
        need = needs.pop()
        for package in packages[need["name"]]:
            if "version" in need and need["version"] != package["version"]:
                continue
            found[package["name"], package["version"]] = _hashes(package)
            for extra in ("", *need.get("extra", ())):
                if (package["name"] + package["version"], extra) not in seen:
                    seen.add((package["name"] + package["version"], extra))
                    needs += package.get("optional-dependencies", {}).get(extra, []) if extra else []
                    needs += [] if extra else package.get("dependencies", [])
    return found


def _hashes(package: dict[str, Any]) -> frozenset[str]:
    files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
    return frozenset(file["hash"] for file in files)


def _packages() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for package in tomllib.loads((ROOT / "uv.lock").read_text())["package"]:
        found.setdefault(package["name"], []).append(package)
    return found
