"""Google's Lighthouse on the rep's pages, as a middling phone on a slow network sees them; the median of some runs."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from tests.bench import company, servers
from tests.bench.table import Row, at_least
from tests.support import apps, browsers, money
from tests.support import company as small_company

VERSION = "13.5.0"
BARS = {"performance": 95, "accessibility": 100, "best-practices": 100}
CACHE = Path(__file__).parents[2] / "var" / f"lighthouse-{VERSION}"
TOOL = Path("node_modules", "lighthouse", "cli", "index.js")
_FLAGS = "--headless=new " + " ".join(flag for flag in browsers.ARGS if flag != "--headless")


def measure(kind: str, quick: bool) -> list[Row]:
    """One row per page and category; a single row that says why when the tool cannot be had."""
    if kind != "sqlite":
        return []
    try:
        tool, chromium = _tool(), _chromium()
    except LookupError as reason:
        return [Row("Lighthouse on the rep's pages", "≥ 95 / 100 / 100", str(reason), None)]
    with company.database(kind) as url, servers.application(url) as app:
        pages, cookie = _somebody(app)
        with servers.serving(url, servers.WEB) as (port, _):  # what is settled beside it belongs to no page
            return [row for path in pages for row in _page(tool, chromium, port, path, cookie, 1 if quick else 3)]


def _page(tool: str, chromium: str, port: int, path: str, cookie: str, runs: int) -> list[Row]:
    cookie = "" if path == "/login" else cookie
    found = [_run(tool, chromium, f"http://127.0.0.1:{port}{path}", cookie) for _ in range(runs)]
    return [
        at_least(f"Lighthouse {path.split('/')[1]}, {name}", statistics.median(one[name] for one in found), bar)
        for name, bar in BARS.items()
    ]


def _run(tool: str, chromium: str, address: str, cookie: str) -> dict[str, float]:
    """Scores of 0 to 100 by category."""
    with tempfile.TemporaryDirectory(prefix="onsite-lighthouse-") as folder:
        answer = Path(folder, "answer.json")
        command = ["node", tool, address, "--quiet", "--output=json", f"--output-path={answer}"]
        command += [f"--only-categories={','.join(BARS)}", f"--chrome-flags={_FLAGS}"]
        if cookie:
            command.append(f"--extra-headers={json.dumps({'Cookie': cookie})}")
        env = {**os.environ, "CHROME_PATH": chromium}
        for more in (True, False):  # on a busy machine it now and then misses the start of its own recording
            done = subprocess.run(command, env=env, check=not more, timeout=120, stdin=subprocess.DEVNULL)
            if done.returncode == 0:
                break
        told = json.loads(answer.read_text())
    if urlsplit(told["finalDisplayedUrl"]).path != urlsplit(address).path:
        raise AssertionError(f"{address} led to {told['finalDisplayedUrl']}")
    found = told["categories"]
    return {name: 100 * (found[name]["score"] or 0) for name in BARS}


def _somebody(app: Flask) -> tuple[list[str], str]:
    """The pages of a rep who has earned and was paid, and their session's cookie."""
    with app.app_context():
        small_company.build()
        people = small_company.find().people
        money.entry(people["R001"])
        slip = money.payslip(people["R001"], people["H001"])
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    session = serializer.dumps({"_user_id": apps.add_sign_in(app, "R001"), "_fresh": True})
    return ["/login", "/today", "/wallet", f"/pay/{slip}"], f"{app.config['SESSION_COOKIE_NAME']}={session}"


def _chromium() -> str:
    if not (found := browsers.find()):
        raise LookupError(browsers.MISSING)
    return found


def _tool() -> str:
    """Where Lighthouse is, fetched once where there is a network. Raises LookupError."""
    if given := os.environ.get("ONSITE_LIGHTHOUSE"):
        return given
    if not shutil.which("node") or not shutil.which("npm"):
        raise LookupError("no Node here")
    if not (CACHE / TOOL).exists():
        command = ["npm", "install", "--prefix", str(CACHE), "--no-audit", "--no-fund", f"lighthouse@{VERSION}"]
        try:
            subprocess.run(command, check=True, timeout=180, capture_output=True, stdin=subprocess.DEVNULL)
        except (subprocess.SubprocessError, OSError):
            raise LookupError(f"Lighthouse {VERSION} could not be fetched") from None
    return str(CACHE / TOOL)
