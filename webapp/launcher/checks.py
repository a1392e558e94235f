"""What must be true before anything starts; each problem is one line a person can act on."""

import errno
import fcntl
import os
import socket
import ssl
from pathlib import Path
from typing import IO

OURS = ("secret_key", "demo", "onsite", "redis-")
"""How the names of our files in var/ begin; what else lies there is nobody's business."""


class CannotStart(Exception):
    """The text is one line for the person who started it."""


def writable(var: Path) -> None:
    """Raises CannotStart when var/ or a file in it belongs to somebody else."""
    files = sorted(var.iterdir()) if os.access(var, os.R_OK | os.X_OK) else []
    for path in (var, *(file for file in files if file.name.startswith(OURS))):
        if path.is_socket() or os.access(path, os.R_OK | os.W_OK):
            continue
        raise CannotStart(
            f"{path} cannot be written: it belongs to {_owner(path)}; "
            f"run as that user, or hand it over with: sudo chown -R {os.getuid()} {var}"
        )


def certificate(cert: str | None, key: str | None) -> None:
    """Raises CannotStart when the two cannot serve; the web itself would only notice at the first connection."""
    if cert is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key, password=lambda: "")
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "reason", None) or error).replace("_", " ").lower()
        raise CannotStart(
            f"TLS_CERT={cert} and TLS_KEY={key} cannot be used ({reason}); "
            "they are PEM files that belong together, the key without a password"
        ) from None


def only_one(path: Path, address: str) -> IO[str]:
    """The lock of this data, held while the file stays open. Raises CannotStart when another holds it."""
    lock = path.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        holder = lock.read().strip() or "another process"
        raise CannotStart(f"Onsite is already running on {path.parent}: {holder}") from None
    lock.truncate(0)
    lock.write(f"{address} (process {os.getpid()})\n")
    lock.flush()
    return lock


def listen(host: str, port: int) -> socket.socket:
    """The listening socket, kept by the launcher so that a restart of the web loses no connection."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(512)
    except PermissionError:
        raise CannotStart(f"port {port} needs root; use a port above 1023: PORT=8000 make run") from None
    except (OSError, UnicodeError) as error:
        if isinstance(error, socket.gaierror | UnicodeError) or error.errno == errno.EADDRNOTAVAIL:
            raise CannotStart(f"HOST={host} is not an address of this machine") from None
        other = port + 1 if port < 65535 else port - 1
        raise CannotStart(
            f"port {port} on {host} cannot be used ({str(error.strerror).lower()}); try PORT={other} make run"
        ) from None
    return listener


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except (KeyError, OSError):
        return "another user"
