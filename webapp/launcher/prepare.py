"""Makes .venv what the lock files say; run by make before anything else.

Uses the standard library only and runs on Python 3.6, so that it can say which Python is needed.
`.venv/.onsite` says what was installed and where; whatever disagrees with it is mended or made again.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MARK, UNFINISHED = VENV / ".onsite", VENV / ".onsite-unfinished"
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
NEEDED = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")


class Trouble(Exception):
    """The text is the one line to show."""


def main(kind: str) -> int:
    """Prepare for "run" or "dev"; an exit status."""
    try:
        _need_python()
        with LOCKS["run"].open() as guard:  # two first starts at once: the second waits and finds all done
            fcntl.flock(guard, fcntl.LOCK_EX)
            prepare(kind)
    except Trouble as trouble:
        _say("onsite: " + str(trouble))
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def prepare(kind: str) -> None:
    """Raises Trouble."""
    mark = _read_mark()
    if _works(mark) and mark.get(kind) == _digest(kind):
        return
    for path in (ROOT if not VENV.exists() else VENV, PYTHON.parent):
        if path.exists() and not os.access(str(path), os.W_OK):
            raise Trouble(f"{path} belongs to {_owner(path)} and has to change; run make as that user, or remove it")
    if _python_runs() and not UNFINISHED.exists():
        if mark.get("path") not in (None, str(VENV)):
            _say("The project was moved; mending its environment.")
            _rewrite_paths(mark["path"])
        if mark.get(kind) == _digest(kind) or _matches(kind) or _install(kind):
            _write_mark(kind, mark)
            return
    _say("Making the environment in .venv, once (seconds with uv, about a minute with pip) ...")
    if not _make(kind):
        raise Trouble("the environment could not be made; see the lines above (is there a network?)")
    _write_mark(kind, {})


def matches_here(lock: Path) -> bool:
    """Run inside .venv: is every pinned package installed in a pinned version?"""
    pins = {}  # type: dict[str, list[tuple[str, bool]]]
    for line in lock.read_text().splitlines():
        if "==" in line and not line.startswith((" ", "#")):
            name, _, rest = line.partition("==")
            pins.setdefault(name, []).append((rest.split()[0], ";" in line))
    return all(_is_installed(name, versions) for name, versions in pins.items())


def _is_installed(name, versions):
    from importlib import metadata  # not there before Python 3.8

    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return all(conditional for _, conditional in versions)
    return found.version in [version for version, _ in versions] and found.read_text("RECORD") is not None


def _need_python():
    if sys.version_info >= NEEDED:  # noqa: UP036 - the point of this file
        return
    for name in NEWER:
        if shutil.which(name) and subprocess.call([name, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            os.execvp(name, [name, *sys.argv])
    have = f"{sys.version_info[0]}.{sys.version_info[1]} at {sys.executable}"
    raise Trouble(f"Python 3.11 or newer is needed; this is {have}. Install one, or say make PYTHON=/path/to/it")


def _read_mark():
    try:
        mark = json.loads(MARK.read_text())
    except (OSError, ValueError):
        return {}
    return mark if isinstance(mark, dict) else {}


def _write_mark(kind, mark):
    kept = {"dev": mark["dev"]} if kind == "run" and mark.get("dev") == _digest("dev") else {}
    done = {"run": _digest("run")} if kind == "dev" else {}
    mark = {**kept, **done, kind: _digest(kind), "path": str(VENV), "python": _version()}
    aside = MARK.with_name(".onsite-new")
    aside.write_text(json.dumps(mark))
    os.replace(str(aside), str(MARK))


def _works(mark):
    unfinished = UNFINISHED.exists() or mark.get("path") != str(VENV)
    return not unfinished and mark.get("python") is not None and mark["python"] == _version()


def _version():
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        return subprocess.check_output([str(PYTHON), "-c", code], stderr=subprocess.DEVNULL).decode().strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def _python_runs():
    """Runs, is new enough, and finds the packages beside it."""
    version = _version()
    new_enough = version is not None and tuple(int(part) for part in version.split(".")) >= NEEDED
    return new_enough and (VENV / "lib" / ("python" + version)).is_dir()


def _matches(kind):
    return subprocess.call([str(PYTHON), __file__, "--matches", str(LOCKS[kind])]) == 0


def _make(kind):
    """With uv, else with pip, which may know a mirror or a certificate that uv does not."""
    if shutil.which("uv"):
        if _anew(["uv", "venv", "-q", "--python", sys.executable, str(VENV)]) and _fill(_with_uv(kind)):
            return True
        _say("uv could not do it; trying with pip ...")
    if importlib.util.find_spec("ensurepip") is None:
        name = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        raise Trouble(f"this Python cannot make environments; install {name} (apt install {name}), or uv")
    return _anew([sys.executable, "-m", "venv", str(VENV)]) and _fill(_with_pip(kind))


def _install(kind):
    """Into the .venv that is there, by what it has."""
    ways = [_with_uv(kind)] if shutil.which("uv") else []
    ways += [_with_pip(kind)] if (PYTHON.parent / "pip").exists() else []
    return any(_fill(way) for way in ways)


def _with_uv(kind):
    return ["uv", "pip", "install", "-q", "--python", str(PYTHON), "--require-hashes", "-r", str(LOCKS[kind])]


def _with_pip(kind):
    words = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r", str(LOCKS[kind])]
    return [str(PYTHON), *words]


def _anew(command):
    shutil.rmtree(str(VENV), ignore_errors=True)
    return _run(command)


def _fill(command):
    """The note stays when it breaks off, so that the next start begins anew."""
    UNFINISHED.touch()
    if not _run(command):
        return False
    UNFINISHED.unlink()
    return True


def _run(command):
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    environment.pop("VIRTUAL_ENV", None)
    return subprocess.call(command, cwd=str(ROOT), env=environment) == 0


def _rewrite_paths(old):
    """Scripts name their Python by its full path; nothing else in a .venv minds being moved."""
    for path in (*PYTHON.parent.iterdir(), VENV / "pyvenv.cfg"):
        if path.is_file() and not path.is_symlink() and path.stat().st_size < 100000:
            content = path.read_bytes()
            if old.encode() in content and b"\0" not in content:
                path.write_bytes(_startable(content.replace(old.encode(), str(VENV).encode())))


def _startable(script):
    """The kernel takes no space and not much over a hundred characters in a script's first line; a shell does."""
    first, _, rest = script.partition(b"\n")
    if first.startswith(b"#!" + str(VENV).encode()) and (b" " in first or len(first) > 120):
        return b"#!/bin/sh\n'''exec' \"" + first[2:] + b'" "$0" "$@"\n\' \'\'\'\n' + rest
    return script


def _digest(kind):
    return hashlib.sha256(LOCKS[kind].read_bytes()).hexdigest()


def _owner(path):
    try:
        return path.owner()
    except (KeyError, OSError):
        return "another user"


def _say(line):
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - this is how it speaks


if __name__ == "__main__":
    if sys.argv[1] == "--matches":
        sys.exit(not matches_here(Path(sys.argv[2])))
    sys.exit(main(sys.argv[1]))
