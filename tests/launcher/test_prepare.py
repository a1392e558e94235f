"""Making .venv: once, by whatever is there, and right again whatever happened to it."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PREPARE = "webapp/launcher/prepare.py"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose environment two first starts made at the same moment."""
    project = tmp_path_factory.mktemp("made") / "project"
    (project / PREPARE).parent.mkdir(parents=True)
    shutil.copy(ROOT / PREPARE, project / PREPARE)
    shutil.copy(ROOT / "Makefile", project)
    (project / "wsgi.py").write_text("import probe; print('started with', probe.VERSION)")
    pin(project, "1.0")
    both = [subprocess.Popen([sys.executable, PREPARE, "run"], cwd=project, env=plain()) for _ in range(2)]
    assert [each.wait() for each in both] == [0, 0]
    return project


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """A copy of it elsewhere: a moved clone."""
    return Path(shutil.copytree(made, tmp_path / "moved", symlinks=True))


def test_it_runs_and_the_second_time_changes_nothing(made: Path) -> None:
    before = (made / ".venv/.onsite").stat().st_mtime_ns
    status, lines = make(made)
    assert (status, lines) == (0, ["started with 1.0"])
    assert (made / ".venv/.onsite").stat().st_mtime_ns == before


def test_a_moved_clone_is_mended_without_installing_anything(project: Path) -> None:
    pip = project / ".venv/bin/pip"
    assert str(project) not in pip.read_text()
    status, lines = make(project, PIP_NO_INDEX="1", PIP_FIND_LINKS="/nowhere")
    assert (status, lines) == (0, ["The project was moved; mending its environment.", "started with 1.0"])
    assert pip.read_text().startswith(f"#!{project}/.venv/bin/python")


def test_scripts_start_where_the_path_has_a_space_too(project: Path, tmp_path: Path) -> None:
    spaced = Path(shutil.move(project, tmp_path / "在店 two"))
    assert make(spaced)[0] == 0
    assert subprocess.run([spaced / ".venv/bin/pip", "--version"], check=False, capture_output=True).returncode == 0


def test_pip_does_what_uv_could_not(project: Path, tmp_path: Path) -> None:
    """uv reads no pip.conf: no mirror, no company certificate."""
    tools = tmp_path / "tools"
    tools.mkdir()
    uv = tools / "uv"
    uv.write_text('#!/bin/sh\n[ "$1" = venv ] && exec "$4" -m venv --without-pip .venv\nexit 2\n')
    uv.chmod(0o755)
    shutil.rmtree(project / ".venv")
    status, lines = make(project, path=f"{tools}:/usr/bin:/bin")
    assert (status, lines[-2:]) == (0, ["uv could not do it; trying with pip ...", "started with 1.0"])


def test_a_changed_lock_is_installed_into_the_environment_that_is_there(project: Path) -> None:
    pin(project, "1.1")
    inode = (project / ".venv").stat().st_ino
    status, lines = make(project)
    assert (status, lines[-1]) == (0, "started with 1.1")
    assert (project / ".venv").stat().st_ino == inode


def test_an_environment_whose_python_is_gone_is_made_again(project: Path) -> None:
    for name in ("python", "python3"):
        (project / ".venv/bin" / name).unlink()
    (project / ".venv/bin/python").symlink_to("/nowhere/python3.11")
    status, lines = make(project)
    assert (status, lines[-1]) == (0, "started with 1.0")


def test_a_python_too_old_is_one_line(project: Path, tmp_path: Path) -> None:
    status, lines = make(project, python=fake_python(tmp_path, "sys.version_info = (3, 8, 18)"), path=bare(tmp_path))
    assert (status, len(lines)) == (1, 1), lines
    assert "onsite: Python 3.11 or newer is needed; this is 3.8 at" in lines[0]


def test_a_python_too_old_hands_over_to_a_newer_one(project: Path, tmp_path: Path) -> None:
    tools = bare(tmp_path)
    (tools / "python3.12").symlink_to(sys.executable)
    status, lines = make(project, python=fake_python(tmp_path, "sys.version_info = (3, 8, 18)"), path=tools)
    assert (status, lines[-1]) == (0, "started with 1.0")


def test_no_python_at_all_is_one_line(project: Path) -> None:
    status, lines = make(project, python="no-such-python")
    assert (status, lines) == (1, ["onsite: no no-such-python here; install Python 3.11 or newer"])


def test_it_can_say_so_to_a_very_old_python() -> None:
    source = (ROOT / PREPARE).read_text()
    ast.parse(source, feature_version=(3, 6))
    assert "\nfrom importlib import metadata" not in source


# What it decides, without doing it.


@pytest.fixture
def prepare(project: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("prepare_here", project / PREPARE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    mark = json.loads((project / ".venv/.onsite").read_text())
    (project / ".venv/.onsite").write_text(json.dumps({**mark, "path": str(project / ".venv")}))
    done: list[str] = []
    monkeypatch.setattr(module, "_run", lambda words: not done.append(" ".join(map(str, words))))
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    module.done = done
    return module


def test_nothing_is_done_when_all_is_right(prepare: ModuleType) -> None:
    prepare.prepare("run")
    assert prepare.done == []


def test_a_half_made_environment_is_made_again(prepare: ModuleType) -> None:
    prepare.UNFINISHED.touch()
    with pytest.raises(FileNotFoundError):
        prepare.prepare("run")
    assert prepare.done[0].endswith(f"-m venv {prepare.VENV}")


def test_an_environment_made_by_hand_is_adopted_when_it_holds_the_right_packages(prepare: ModuleType) -> None:
    prepare.MARK.unlink()
    prepare.prepare("run")
    assert prepare.done == []
    assert json.loads(prepare.MARK.read_text())["path"] == str(prepare.VENV)


def test_an_environment_made_by_hand_without_them_gets_them(prepare: ModuleType) -> None:
    prepare.MARK.unlink()
    shutil.rmtree(next(prepare.VENV.glob("lib/python*/site-packages/onsite_probe-1.0.dist-info")))
    prepare.prepare("run")
    assert [("-m pip install" in words) for words in prepare.done] == [True]


def test_what_cannot_be_installed_is_one_line(prepare: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    pin(prepare.ROOT, "1.1")
    monkeypatch.setattr(prepare, "_fill", lambda words: False)
    with pytest.raises(prepare.Trouble, match="could not be made; see the lines above"):
        prepare.prepare("run")


def test_uv_is_used_when_it_is_there_and_never_fetches_a_python(
    prepare: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare.shutil, "which", lambda name: f"/bin/{name}")
    shutil.rmtree(prepare.VENV)
    with pytest.raises(FileNotFoundError):
        prepare.prepare("run")
    assert prepare.done[0].startswith(f"uv venv -q --python {sys.executable}")
    assert '"UV_PYTHON_DOWNLOADS": "never"' in (ROOT / PREPARE).read_text()


def test_a_python_without_venv_is_one_line(prepare: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare.importlib.util, "find_spec", lambda name: None)
    shutil.rmtree(prepare.VENV)
    with pytest.raises(prepare.Trouble, match=r"install python3\.\d+-venv \(apt install python3\.\d+-venv\), or uv"):
        prepare.prepare("run")


def test_an_environment_of_another_user_is_one_line(prepare: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    pin(prepare.ROOT, "1.1")
    monkeypatch.setattr(prepare.os, "access", lambda path, mode: False)
    with pytest.raises(prepare.Trouble, match=r"\.venv belongs to \w+ and has to change; run make as that user"):
        prepare.prepare("run")


def make(
    project: Path, *, python: str = sys.executable, path: Path | str | None = None, **env: str
) -> tuple[int, list[str]]:
    """`make run` there; what it said, without make's own closing line."""
    environment = {**plain(), **env, **({"PATH": str(path)} if path else {})}
    words = [shutil.which("make") or "make", "-s", "run", f"PYTHON={python}"]
    done = subprocess.run(words, cwd=project, env=environment, capture_output=True, text=True, check=False)
    lines = (done.stderr + done.stdout).splitlines()
    status = 1 if done.returncode else 0
    return status, [line for line in lines if not line.startswith("make: ***")]


def plain() -> dict[str, str]:
    """Without uv, so that every machine takes the same road."""
    return {**os.environ, "PATH": "/usr/bin:/bin", "PIP_CONFIG_FILE": os.devnull}


def pin(project: Path, version: str) -> None:
    """A tiny wheel, and lock files that name it by its hash."""
    wheel = project / f"onsite_probe-{version}-py3-none-any.whl"
    info = f"onsite_probe-{version}.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("probe.py", f"VERSION = {version!r}\n")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: onsite-probe\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", f"probe.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    lock = f"--no-index\n--find-links {project}\nonsite-probe=={version} \\\n    --hash=sha256:{digest}\n"
    for name in ("requirements.lock", "requirements-dev.lock"):
        (project / name).write_text(lock)


def fake_python(folder: Path, lie: str) -> str:
    """An interpreter that says something else about itself."""
    script = folder / "python3-fake"
    body = f"import sys, runpy; {lie}; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{body}" "$@"\n')
    script.chmod(0o755)
    return str(script)


def bare(folder: Path) -> Path:
    """A PATH with a shell and nothing else."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    for name in ("sh", "make"):
        (tools / name).symlink_to(shutil.which(name) or name)
    return tools
