"""WebKitGTK driven over WebDriver: the engine family of iPhones, without Background Sync and Push."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver import WebKitGTK, WebKitGTKOptions
from selenium.webdriver.webkitgtk.service import Service

from tests.support import process

DRIVER = "WebKitWebDriver"
MISSING = "no WebKitGTK driver: apt-get install webkit2gtk-driver xvfb"
_BROWSERS = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))


def is_here() -> bool:
    return bool(shutil.which(DRIVER) and shutil.which("Xvfb") and _BROWSERS)


@contextmanager
def driven(folder: Path) -> Iterator[WebKitGTK]:
    """A browser with a screen of its own, its data below `folder`."""
    with _screen(folder) as display:
        options = WebKitGTKOptions()
        options.binary_location = str(_BROWSERS[-1])
        options.add_argument("--automation")
        env = {**os.environ, "DISPLAY": display, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
        env["WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS"] = "1"  # as in the Chromium tests: a container allows none
        driver = WebKitGTK(options=options, service=Service(shutil.which(DRIVER), env=env))
        driver.set_script_timeout(60)
        driver.set_page_load_timeout(120)
        try:
            yield driver
        finally:
            driver.quit()


@contextmanager
def _screen(folder: Path) -> Iterator[str]:
    """Xvfb chooses a free number and says it."""
    ours, theirs = os.pipe()
    command = ["Xvfb", "-displayfd", str(theirs), "-screen", "0", "800x1000x24", "-nolisten", "tcp"]
    with Path(folder, "xvfb.log").open("wb") as log:
        running = subprocess.Popen(command, pass_fds=[theirs], stdout=log, stderr=log)
    os.close(theirs)
    try:
        with os.fdopen(ours) as told:
            number = told.readline().strip()
        yield f":{number}"
    finally:
        process.stop(running)
