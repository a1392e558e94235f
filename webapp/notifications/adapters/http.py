"""One POST to an address somebody typed: encrypted, to a public address, no redirects, soon over."""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urlsplit

SECONDS = 8
_CARRIES_V4 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))
LARGEST = 64 * 1024


class Blocked(Exception):
    """An address this installation does not call."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    retry_after: int | None = None


def is_address(url: str, *, private: bool) -> bool:
    """Whether somebody could have meant this: https (http too inside the own network), a host, no password in it."""
    try:
        parts = urlsplit(url)
        port_fits = parts.port is None or parts.port > 0
    except ValueError:
        return False
    schemes = {"https", "http"} if private else {"https"}
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    named = _is_host(parts.hostname or "")
    return plain and port_fits and parts.scheme in schemes and named and "@" not in parts.netloc


def post(url: str, body: bytes, headers: Mapping[str, str], *, private: bool) -> Answer:
    """Raises Blocked, OSError, http.client.HTTPException."""
    if not is_address(url, private=private):
        raise Blocked(url)
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    address = _resolved(parts.hostname or "", parts.port or (443 if secure else 80), private)
    made = _Secure if secure else _Plain
    connection = made(parts.hostname or "", address)
    guard = threading.Timer(2 * SECONDS, _cut, (connection,))
    guard.daemon = True
    guard.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, {**headers, "Host": parts.netloc, "User-Agent": "Onsite"})
        return _read(connection)
    finally:
        guard.cancel()
        connection.close()


def _cut(connection: http.client.HTTPConnection) -> None:
    """For a side that begins its answer and never ends it: each byte of it would renew the time limit."""
    with suppress(OSError, TypeError):  # TypeError: it is closed already
        socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def _read(connection: http.client.HTTPConnection) -> Answer:
    """A side that answers a byte at a time is cut off too."""
    until, found = monotonic() + SECONDS, b""
    response = connection.getresponse()
    if monotonic() > until:
        raise TimeoutError
    while chunk := response.read1(4096):
        found += chunk
        if len(found) > LARGEST or monotonic() > until:
            break
    wait = response.headers.get("Retry-After", "")
    return Answer(response.status, found, int(wait) if wait.isascii() and wait.isdigit() and len(wait) < 7 else None)


def _resolved(host: str, port: int, private: bool) -> tuple[str, int]:
    """The address that was checked is the one that is called, whatever the name says a moment later."""
    found = [str(item[4][0]) for item in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not private and not all(_is_public(address) for address in found):
        raise Blocked(host)
    return found[0], port


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.is_site_local:
            return False
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and any(address in network for network in _CARRIES_V4):
            inner = ipaddress.IPv4Address(address.packed[12:])
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return address.is_global and not address.is_multicast


def _is_host(name: str) -> bool:
    labels = name.rstrip(".").split(".")
    return ":" in name or all(0 < len(label) < 64 for label in labels)


class _Plain(http.client.HTTPConnection):
    def __init__(self, host: str, address: tuple[str, int]) -> None:
        super().__init__(host, address[1], timeout=SECONDS)
        self._address = address

    def connect(self) -> None:
        self.sock = socket.create_connection(self._address, SECONDS)


class _Secure(_Plain):
    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
