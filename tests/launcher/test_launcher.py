"""One command runs everything, and nothing it started can be lost or left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.launcher import pem
from tests.launcher.conftest import Launched, free_port, lives, run_alone
from tests.support import process
from webapp import launcher
from webapp.launcher import checks, roles, valkey

pytestmark = pytest.mark.crash


def test_it_answers_and_is_ready(launched: Launched) -> None:
    assert launched.get("/healthz")[0] == 200
    process.wait_until(launched.ready, "everything to be ready", log=launched.log)
    parts = json.loads(launched.get("/readyz")[1])
    assert {"database", "migrations", "queue", "outbox", "tick"} < set(parts)


def test_the_secret_and_the_redis_socket_are_private(launched: Launched) -> None:
    assert stat.S_IMODE((launched.var / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE((launched.var / "onsite.sock").stat().st_mode) == 0o700


def test_a_second_one_on_the_same_data_is_one_line(launched: Launched) -> None:
    status, lines = run_alone(**{**launched.env, "PORT": str(free_port())})
    assert (status, len(lines)) == (1, 1)
    assert f"already running on {launched.var}: http://127.0.0.1:{launched.port}" in lines[0]


def test_a_killed_web_is_back_and_no_connection_is_refused(launched: Launched) -> None:
    answers: list[int] = []
    clients = [threading.Thread(target=lambda: answers.append(launched.get("/healthz")[0])) for _ in range(4)]
    web = launched.child("web")
    family = [web, *web.children(recursive=True)]
    web.kill()
    process.wait_until(lambda: not any(map(lives, family)), "it to die")
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert answers == [200] * 4


@pytest.mark.parametrize("name", ["worker", "tick", "redis"])
def test_a_killed_child_is_back(launched: Launched, name: str) -> None:
    before = launched.child(name)
    family = [before, *before.children(recursive=True)]
    before.kill()
    process.wait_until(lambda: not any(map(lives, family)), "it and its children to die")
    process.wait_until(lambda: launched.child(name), "another one")
    process.wait_until(launched.ready, "everything to be ready again", log=launched.log)


def test_ctrl_c_stops_in_order_with_redis_last(tmp_path: Path) -> None:
    running = Launched(tmp_path / "var").wait()
    family = running.family()
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(120) == 0
    assert running.stopped() == ["web", "tick", "worker", "redis"]
    assert not any(map(lives, family))


def test_a_worker_without_redis_says_so_once_and_leaves_quietly(tmp_path: Path) -> None:
    known = {"ONSITE_VAR": str(tmp_path), "ONSITE_DEMO": "0", "SECRET_KEY": ""}
    log = tmp_path / "worker.log"
    running = process.spawn([sys.executable, "wsgi.py", "worker"], log=log, env=known)
    process.wait_until(lambda: log.exists() and "waiting for redis" in log.read_text(), "the worker to wait", 60, log)
    time.sleep(2.5)  # it looks every second
    running.send_signal(signal.SIGINT)
    assert running.wait(120) == launcher.INTERRUPTED
    assert len(log.read_text().splitlines()) == 1


def test_kill_9_leaves_nothing_behind_and_the_next_start_works(tmp_path: Path) -> None:
    """On a deep path with a space too, where the socket has to live elsewhere."""
    var = tmp_path / ("deep 在" * 15)
    running = Launched(var).wait()
    process.wait_until(lambda: len(running.family()) >= 5, "its whole family", log=running.log)
    family = running.family()
    running.process.kill()
    running.process.wait()
    process.wait_until(lambda: not any(map(lives, family)), "the children to die", within=5)
    again = Launched(var).wait()
    process.wait_until(again.ready, "the next one", log=again.log)
    again.end()
    assert "Traceback" not in again.text()


def test_a_busy_port_is_one_line_and_says_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, lines = run_alone(ONSITE_VAR=str(tmp_path), PORT=str(port))
    assert status == 1
    assert lines == [
        f"onsite: port {port} on 127.0.0.1 cannot be used (address already in use); try PORT={port + 1} make run"
    ]


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"PORT": "high"}, "PORT=high must be a whole number"),
        ({"ONSITE_DEMO": "1", "HOST": "0.0.0.0"}, "known passwords"),
        ({"TLS_CERT": "/nowhere"}, "TLS_CERT=/nowhere cannot be read"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL must start with"),
        ({"REDIS_URL": "unix:///nowhere"}, "Redis does not answer"),
        ({"REDIS_URL": "redis://localhost:high"}, "REDIS_URL cannot be used"),
        ({"REDIS_URL": "redis://:secret@127.0.0.1:1"}, "does not answer at redis://…@127.0.0.1:1: "),
        ({"HOST": "no.such.host.invalid"}, "not an address"),
        ({"HOST": ".."}, "not an address"),
        ({"HOST": "192.0.2.7"}, "not an address"),
        ({"TLS_CERT": __file__, "TLS_KEY": __file__}, "cannot be used"),
    ],
)
def test_a_setting_that_cannot_work_is_one_line(tmp_path: Path, env: dict[str, str], says: str) -> None:
    status, lines = run_alone(**{"ONSITE_VAR": str(tmp_path), "ONSITE_DEMO": "0", "PORT": str(free_port()), **env})
    assert (status, len(lines)) == (1, 1), lines
    assert says in lines[0]


@pytest.mark.parametrize(("key", "says"), [(pem.OTHER, "key values mismatch"), (pem.LOCKED, "key without a password")])
def test_a_key_that_cannot_serve_is_one_line_and_nobody_is_asked(tmp_path: Path, key: str, says: str) -> None:
    cert, private = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert.write_text(pem.CERT)
    private.write_text(pem.KEY)
    checks.certificate(str(cert), str(private))
    private.write_text(key)
    with pytest.raises(checks.CannotStart, match=says) as problem:
        checks.certificate(str(cert), str(private))
    assert "\n" not in str(problem.value)


def test_files_that_are_not_ours_in_var_stop_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lost+found").mkdir()
    monkeypatch.setattr(checks.os, "access", lambda path, mode: "lost" not in str(path))
    checks.writable(tmp_path)


def test_an_embedded_redis_that_cannot_read_its_file_says_what_helps(tmp_path: Path) -> None:
    settings = {"VAR": tmp_path, "INSTANCE": "onsite", "REDIS_URL": f"unix://{tmp_path}/no.sock"}
    with pytest.raises(checks.CannotStart, match=r"redis-onsite/valkey\.log says why, and without .* it begins anew"):
        valkey.wait_until_ours(settings, seconds=0)


def test_the_list_of_roles_is_true() -> None:
    assert tuple(roles.ALONE) == launcher.ROLES


def test_an_unknown_role_is_one_line(tmp_path: Path) -> None:
    status, lines = run_alone("everything", ONSITE_VAR=str(tmp_path))
    assert (status, lines) == (1, ["onsite: python wsgi.py takes one of: web, worker, tick, redis, migrate"])


@pytest.mark.skipif(os.getuid() != 0 or not shutil.which("setpriv"), reason="needs root to be somebody else")
def test_data_of_another_user_is_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents[:3]:
        parent.chmod(0o755)
    (tmp_path / "onsite.db").touch(mode=0o600)
    code = (
        "from pathlib import Path; from webapp.launcher import checks\n"
        f"try: checks.writable(Path('{tmp_path}'))\n"
        "except checks.CannotStart as problem: print(problem)"
    )
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    done = subprocess.run([*nobody, _any_python(), "-c", code], cwd=process.ROOT, capture_output=True, text=True)
    if "Permission" in done.stderr and "checks" not in done.stderr:
        pytest.skip("nobody cannot read the project here")
    assert "belongs to root; run as that user" in done.stdout, done.stderr


def _any_python() -> str:
    return shutil.which("python3", path="/usr/bin:/bin") or "python3"
