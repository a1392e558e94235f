"""What `make test`, `make lint` and `make soak` run once the environment is prepared.

python -m tests.support.run [--lint | --soak] [arguments for one pytest run instead of everything]
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.support.process import ROOT

BIN = Path(sys.executable).parent
PYTEST = [sys.executable, "-m", "pytest", "-q", "--durations=10", "--durations-min=0.5"]
# Both databases side by side first, then pages that are only looked at, then what a browser does, which wants the
# machine for itself.
EVERYTHING = {
    "tests": [*PYTEST, "-n", "2", "--dist", "loadscope", "--no-loadscope-reorder", "-m", "not browser and not soak"],
    "page walks": [*PYTEST, "-n", "2", "--dist", "worksteal", "-m", "walk", "tests/browser"],
    "browser tests": [*PYTEST, "-m", "not walk", "tests/browser"],
}
LINT = {
    "ruff": [str(BIN / "ruff"), "check", "."],
    "import contracts": [str(BIN / "lint-imports")],
    "types": [str(BIN / "mypy")],
}
# Skips for these reasons mean the machine lacks something; .ci/run must not pass with them.
ENVIRONMENT = ("PostgreSQL tests", "browser tests")


def main(arguments: list[str]) -> int:
    started = time.monotonic()
    os.chdir(ROOT)
    _hear_signals()
    skips: dict[str, int] = {}
    if arguments == ["--lint"]:
        failed = lint()
    elif arguments[:1] == ["--soak"]:
        os.environ["ONSITE_SOAK"] = "1"
        failed = tests(skips, {"soak": [*PYTEST, "-m", "soak", *arguments[1:]]})
    elif arguments:
        failed = tests(skips, {"tests": [*PYTEST, *arguments]})
    else:
        failed = lint() + tests(skips, EVERYTHING)
    _closing_lines(failed, skips, time.monotonic() - started)
    lacking = os.environ.get("ONSITE_CI") == "1" and any(reason.startswith(ENVIRONMENT) for reason in skips)
    return 1 if failed or lacking else 0


def _hear_signals() -> None:
    """Whoever starts us in the background has them ignored, and everything started from here would inherit that."""
    for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)


def lint() -> list[str]:
    """The names of the checks that found something."""
    return [name for name, command in LINT.items() if not _passes(name, command)]


def tests(skips: dict[str, int], parts: dict[str, list[str]]) -> list[str]:
    """The names of the parts that failed; `skips` gets the reasons for what was left out."""
    chromium = find_or_install_browser()
    environment = {"ONSITE_CHROMIUM": chromium} if chromium else {}
    return [name for name, command in parts.items() if not _pytest_passes(name, command, environment, skips)]


def find_or_install_browser() -> str | None:
    """A system Chromium, else Playwright's own, else the distribution's when root; None when none can be had."""
    from playwright.sync_api import sync_playwright

    from tests.support import browsers

    with sync_playwright() as playwright:
        bundled = playwright.chromium.executable_path
    if found := browsers.find(bundled):
        return found
    _say("Looking for a browser")
    if _quietly([sys.executable, "-m", "playwright", "install", "chromium"], within=300):
        return browsers.find(bundled)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _quietly(["apt-get", "update"], within=300)  # a fresh machine knows no packages yet
        _quietly(["apt-get", "install", "-y", "--no-install-recommends", "chromium"], within=600)
    return browsers.find(bundled)


def _pytest_passes(name: str, command: list[str], environment: dict[str, str], skips: dict[str, int]) -> bool:
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        passed = _passes(name, command, {**environment, "ONSITE_SKIPS": report.name})
        for reason, number in json.loads(Path(report.name).read_text() or "{}").items():
            skips[reason] = skips.get(reason, 0) + number
    return passed


def _passes(name: str, command: list[str], environment: dict[str, str] | None = None) -> bool:
    _say(name)
    return subprocess.run(command, env={**os.environ, **(environment or {})}, check=False).returncode == 0


def _quietly(command: list[str], within: float) -> bool:
    try:
        return subprocess.run(command, timeout=within, capture_output=True, check=False).returncode == 0
    except (subprocess.TimeoutExpired, OSError):
        return False


def _closing_lines(failed: list[str], skips: dict[str, int], seconds: float) -> None:
    if skips:
        _say("Skipped: " + " · ".join(f"{reason}{f' (×{n})' if n > 1 else ''}" for reason, n in skips.items()))
    _say(f"{'FAILED: ' + ', '.join(failed) if failed else 'All passed'} in {seconds:.0f} s")


def _say(text: str) -> None:
    sys.stdout.write(f"== {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
