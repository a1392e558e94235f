"""Settings: what the environment may say, and what follows from it."""

from __future__ import annotations

import stat
import tempfile
from pathlib import Path

import pytest

from webapp import config
from webapp.config import ConfigError, from_env


def load(var: Path, **env: str) -> dict[str, object]:
    return from_env({"ONSITE_VAR": str(var), **env})


def test_the_demo_and_the_company_live_in_different_files(tmp_path: Path) -> None:
    demo, company = load(tmp_path), load(tmp_path, ONSITE_DEMO="0")
    assert demo["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path}/demo.db"
    assert company["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path}/onsite.db"
    assert demo["REDIS_URL"] != company["REDIS_URL"]


def test_the_demo_keeps_its_photos_apart(tmp_path: Path) -> None:
    """Cleaning up after the demo must never reach a real company's evidence."""
    for env in ({}, {"PHOTO_DIR": str(tmp_path / "elsewhere")}):
        demo, real = (load(tmp_path, ONSITE_DEMO=flag, **env)["PHOTO_DIR"] for flag in ("1", "0"))
        assert real == str(tmp_path / ("elsewhere" if env else "photos"))
        assert demo == f"{real}/demo"


def test_a_database_of_ones_own_never_gets_the_demo_unasked(tmp_path: Path) -> None:
    url = "postgresql://db/onsite"
    assert load(tmp_path, DATABASE_URL=url)["DEMO"] is False
    assert load(tmp_path, DATABASE_URL=url, ONSITE_DEMO="1")["DEMO"] is True
    assert load(tmp_path, DATABASE_URL=url)["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://db/onsite"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5"])
def test_the_demo_stays_on_this_machine_unless_told(tmp_path: Path, host: str) -> None:
    with pytest.raises(ConfigError, match="known passwords"):
        load(tmp_path, HOST=host)
    assert load(tmp_path, HOST=host, ONSITE_DEMO_PUBLIC="1")["HOST"] == host
    assert load(tmp_path, HOST=host, ONSITE_DEMO="0")["HOST"] == host


def test_what_people_earn_is_nobody_elses_to_read(tmp_path: Path) -> None:
    load(tmp_path / "var")
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


def test_the_secret_is_made_once_private_and_mended_when_half_written(tmp_path: Path) -> None:
    key = load(tmp_path)["SECRET_KEY"]
    path = tmp_path / "secret_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load(tmp_path)["SECRET_KEY"] == key
    path.write_text("ab")
    mended = load(tmp_path)["SECRET_KEY"]
    assert len(str(mended)) == 64
    assert path.read_text().strip() == mended
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]
    path.write_bytes(b"\0" * 65)  # what a power cut may leave
    assert load(tmp_path)["SECRET_KEY"] == path.read_text().strip() != mended
    path.write_bytes(b"\xff" * 65)
    assert len(str(load(tmp_path)["SECRET_KEY"])) == 64
    assert load(tmp_path, SECRET_KEY="given")["SECRET_KEY"] == "given"


def test_a_deep_folder_gets_a_short_socket(tmp_path: Path) -> None:
    assert config.socket_path(tmp_path, demo=True) == tmp_path / "demo.sock"
    deep = config.socket_path(tmp_path / ("deep" * 30), demo=True)
    assert len(str(deep)) < config.SOCKET_PATH_LIMIT
    assert deep != config.socket_path(tmp_path / ("deep" * 30), demo=False)


@pytest.mark.parametrize("name", ["two words", "在店", "C#", "a=b"])
def test_an_oddly_named_folder_gets_a_plain_socket(tmp_path: Path, name: str) -> None:
    """Of "addr=/two words/demo.sock" in CLIENT INFO the client can make nothing, and no worker starts."""
    path = config.socket_path(tmp_path / name, demo=True)
    assert path.parent.parent == Path(tempfile.gettempdir())
    assert load(tmp_path / name)["REDIS_URL"] == f"unix://{path}"


def test_cookies_are_for_https_as_soon_as_there_is_https(tmp_path: Path) -> None:
    assert load(tmp_path)["SESSION_COOKIE_SECURE"] is False
    assert load(tmp_path, TRUSTED_PROXIES="1")["SESSION_COOKIE_SECURE"] is True


@pytest.mark.parametrize(
    "env",
    [
        {"PORT": "0"},
        {"PORT": "70000"},
        {"PORT": "８０００"},
        {"ONSITE_DEMO": "yes"},
        {"ONSITE_WORKERS": "-1"},
        {"DATABASE_URL": "onsite.db"},
        {"DATABASE_URL": "postgresql://onsite:half/half@db:high/onsite"},
        {"DATABASE_URL": "sqlite://"},
        {"DATABASE_URL": "sqlite:///onsite.db"},
        {"REDIS_URL": "localhost:6379"},
        {"ONSITE_VAR": "/tmp/100%"},
        {"TLS_KEY": "/nowhere"},
    ],
)
def test_nonsense_is_one_line(tmp_path: Path, env: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as problem:
        from_env({"ONSITE_VAR": str(tmp_path), **env})
    assert "\n" not in str(problem.value)


def test_two_web_processes_unless_told_otherwise(tmp_path: Path) -> None:
    assert load(tmp_path)["PROCESSES"] == 2
    assert load(tmp_path, ONSITE_PROCESSES="1")["PROCESSES"] == 1
