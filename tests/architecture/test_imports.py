"""The import contracts of pyproject.toml, and that they speak about the code as it is."""

from __future__ import annotations

import subprocess
import sys
import tomllib

from tests.architecture.source import ROOT

_RUN = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_logo=True))"
_CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
_DOMAIN_FILES = {"models", "service", "queries", "policy", "rules"}


def test_contracts_hold() -> None:
    run = subprocess.run([sys.executable, "-c", _RUN], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]


def test_every_domain_is_under_contract() -> None:
    contract = next(c for c in _CONFIG["contracts"] if c["name"] == "inside a domain")
    domains = {
        f"webapp.{folder.name}"
        for folder in (ROOT / "webapp").iterdir()
        if folder.name not in ("core", "pages", "api", "cli", "demo", "launcher")
        and any((folder / name).exists() or (folder / f"{name}.py").exists() for name in _DOMAIN_FILES)
    }
    missing = domains - set(contract["containers"])
    assert not missing, f"add {sorted(missing)} to the containers of 'inside a domain' in pyproject.toml"
