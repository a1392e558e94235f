"""Settings from the environment, as a Flask config; imports nothing of ours."""

import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SOCKET_PATH_LIMIT = 100
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._+,-]+")


class ConfigError(Exception):
    """A setting that cannot work; the text is one line for the person who set it."""


def from_env(env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Every setting. Raises ConfigError. Makes var/ and the secret key when they are missing."""
    env = os.environ if env is None else env
    var = _var(env)
    demo = _flag(env, "ONSITE_DEMO", default="DATABASE_URL" not in env)
    database = _database(env, var, demo)
    redis = _redis(env, var, demo)
    secure = bool(env.get("TLS_CERT")) or _number(env, "TRUSTED_PROXIES", 0) > 0
    return {
        "TESTING": env.get("ONSITE_TESTING") == "1",
        "VAR": var,
        "DEMO": demo,
        "PHOTO_DIR": str(_photos(env, var, demo)),
        "INSTANCE": _instance(demo),
        "SECRET_KEY": env.get("SECRET_KEY") or secret_key(var),
        # Earlier keys, after a change: sign-ins and sealed secrets made with them still work.
        "SECRET_KEY_FALLBACKS": [key for key in env.get("SECRET_KEY_FALLBACKS", "").split() if key],
        "SQLALCHEMY_DATABASE_URI": database,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(env),
        "REDIS_URL": redis,
        "REDIS_EMBEDDED": not env.get("REDIS_URL"),
        "RATELIMIT_STORAGE_URI": redis.replace("unix://", "redis+unix://", 1),
        "RATELIMIT_STORAGE_OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 2},
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
        # Else a late answer puts back the cookie of whoever was signed in when it was asked for.
        "SESSION_REFRESH_EACH_REQUEST": False,
        "MAX_CONTENT_LENGTH": 20 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        **_outgoing(env),
        **_serving(env, demo),
    }


def secret_key(var: Path) -> str:
    """The key in var/secret_key, made once with mode 0600; a half-written file is replaced."""
    path = var / "secret_key"
    try:
        if len(key := path.read_text("latin-1").strip()) >= 32 and key.isascii() and key.isprintable():
            return key
    except FileNotFoundError:
        pass
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}); {_owner_hint(var)}") from None
    return _write_secret(path)


def socket_path(var: Path, demo: bool) -> Path:
    """Where the embedded Valkey listens; a short private directory when var/ lies too deep or is oddly named.

    Redis tells its clients the path in lines like "addr=... name=...", so a space in it stops every worker.
    """
    path = var / f"{_instance(demo)}.sock"
    if len(os.fsencode(path)) < SOCKET_PATH_LIMIT and PLAIN_PATH.fullmatch(str(path)):
        return path
    mark = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"onsite-{os.getuid()}-{mark}" / "valkey.sock"


def _instance(demo: bool) -> str:
    return "demo" if demo else "onsite"


def _var(env: Mapping[str, str]) -> Path:
    var = Path(env.get("ONSITE_VAR") or ROOT / "var").resolve()
    if found := set("%?") & set(f"{ROOT}{var}"):
        raise ConfigError(f"Onsite cannot live in a folder with {found.pop()} in its name: {ROOT}, {var}")
    try:
        var.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{var} cannot be made ({error.strerror}); {_owner_hint(var.parent)}") from None
    return var


def _photos(env: Mapping[str, str], var: Path, demo: bool) -> Path:
    """The demo keeps its own, so that cleaning up after it never touches a real company's."""
    base = Path(env.get("PHOTO_DIR") or var / "photos").resolve()
    return base / "demo" if demo else base


def _database(env: Mapping[str, str], var: Path, demo: bool) -> str:
    url = env.get("DATABASE_URL")
    if not url:
        return f"sqlite:///{var / (_instance(demo) + '.db')}"
    scheme, mark, rest = url.partition("://")
    if scheme in {"postgres", "postgresql"}:
        scheme, url = "postgresql+psycopg", f"postgresql+psycopg://{rest}"
    if not mark or scheme not in {"sqlite", "postgresql+psycopg"}:
        raise ConfigError(f"DATABASE_URL must start with sqlite:/// or postgresql://, not {scheme}")
    if scheme == "sqlite" and not rest.startswith("//"):
        raise ConfigError("DATABASE_URL must name the file by its full path, as in sqlite:////srv/onsite.db")
    return _readable(url)


def _readable(url: str) -> str:
    from sqlalchemy.engine import make_url

    try:
        make_url(url)
    except ValueError:
        raise ConfigError("DATABASE_URL cannot be read: its port must be a number") from None
    return url


def _redis(env: Mapping[str, str], var: Path, demo: bool) -> str:
    url = env.get("REDIS_URL")
    if not url:
        return f"unix://{socket_path(var, demo)}"
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise ConfigError("REDIS_URL must start with redis://, rediss:// or unix://")
    return url


def _engine_options(env: Mapping[str, str]) -> dict[str, Any]:
    threads = _number(env, "ONSITE_THREADS", 4)
    # Errors are logged; what was in the rows is none of the log's business.
    return {"pool_size": threads, "max_overflow": 8, "hide_parameters": True}


def _serving(env: Mapping[str, str], demo: bool) -> dict[str, Any]:
    host = env.get("HOST") or "127.0.0.1"
    if demo and host not in LOOPBACK and not _flag(env, "ONSITE_DEMO_PUBLIC", default=False):
        raise ConfigError(
            f"the demo has known passwords and will not listen on {host}; "
            "use HOST=127.0.0.1, ONSITE_DEMO=0 for a real company, or ONSITE_DEMO_PUBLIC=1 if you mean it"
        )
    cert, key = _file(env, "TLS_CERT"), _file(env, "TLS_KEY")
    if bool(cert) != bool(key):
        raise ConfigError("TLS_CERT and TLS_KEY belong together; only one of them is set")
    return {
        "HOST": host,
        "PORT": _number(env, "PORT", 8000, low=1, high=65535),
        "TLS_CERT": cert,
        "TLS_KEY": key,
        "TRUSTED_PROXIES": _number(env, "TRUSTED_PROXIES", 0, high=5),
        "THREADS": _number(env, "ONSITE_THREADS", 4, low=1, high=64),
        "PROCESSES": _number(env, "ONSITE_PROCESSES", 2, low=1),
        "WORKERS": _number(env, "ONSITE_WORKERS", 1, low=1, high=32),
    }


def _outgoing(env: Mapping[str, str]) -> dict[str, Any]:
    """What leaves this machine: links that lead back here, mail, and whether the own network may be called."""
    public = (env.get("ONSITE_URL") or "").rstrip("/")
    if public and not re.fullmatch(r"https?://[^\s/?#@]+", public):
        raise ConfigError(f"ONSITE_URL={public} must look like https://onsite.example.com")
    return {
        "PUBLIC_URL": public,
        "OUTGOING_PRIVATE": _flag(env, "ONSITE_OUTGOING_PRIVATE", default=False),
        "SMTP": _smtp(env.get("SMTP_URL") or "", env.get("SMTP_FROM") or ""),
    }


def _smtp(url: str, sender: str) -> dict[str, Any] | None:
    """smtps://user:password@host (TLS), smtp://… (STARTTLS), smtp+plain://… (no encryption, on this machine only)."""
    if not url:
        return None
    kinds = {"smtps": ("tls", 465), "smtp": ("starttls", 587), "smtp+plain": ("none", 25)}
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigError("SMTP_URL cannot be read: its port must be a number") from None
    if parts.scheme not in kinds or not parts.hostname:
        raise ConfigError("SMTP_URL must look like smtp://user:password@mail.example.com")
    if not sender:
        raise ConfigError("SMTP_URL needs SMTP_FROM, the address mail comes from")
    security, usual = kinds[parts.scheme]
    login = {"user": unquote(parts.username or ""), "password": unquote(parts.password or "")}
    return {"host": parts.hostname, "port": port or usual, "security": security, "sender": sender, **login}


def _file(env: Mapping[str, str], name: str) -> str | None:
    path = env.get(name)
    if path and not os.access(path, os.R_OK):
        raise ConfigError(f"{name}={path} cannot be read")
    return path or None


def _number(env: Mapping[str, str], name: str, default: int, *, low: int = 0, high: int = 1_000_000) -> int:
    text = env.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise ConfigError(f"{name}={text} must be a whole number from {low} to {high}")
    return int(text)


def _flag(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = env.get(name, "")
    if text not in {"", "0", "1"}:
        raise ConfigError(f"{name}={text} must be 0 or 1")
    return text == "1" if text else default


def _write_secret(path: Path) -> str:
    """Written aside and renamed, so that two first starts agree on one key."""
    key, aside = secrets.token_hex(32), path.with_name(f".secret_key.{os.getpid()}")
    try:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(key + "\n")
            file.flush()
            os.fsync(descriptor)
        if path.exists():
            aside.replace(path)
        else:
            _link(aside, path)
        return path.read_text().strip()
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror}); {_owner_hint(path.parent)}") from None


def _link(aside: Path, path: Path) -> None:
    with suppress(FileExistsError):
        path.hardlink_to(aside)
    aside.unlink()


def _owner_hint(path: Path) -> str:
    try:
        owner = path.owner()
    except (KeyError, OSError):
        owner = "another user"
    return f"{path} belongs to {owner}: run as that user, or hand it over with chown -R"
