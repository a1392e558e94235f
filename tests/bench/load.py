"""A client that costs little: one process, some kept-alive connections, requests made ready beforehand."""

from __future__ import annotations

import selectors
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode


@dataclass
class Answers:
    """`seconds` from the first byte sent to the last one received, in the order of the answers."""

    wall: float = 0
    seconds: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    longest_body: int = 0

    @property
    def rate(self) -> float:
        return len(self.seconds) / self.wall


@dataclass
class _Connection:
    channel: socket.socket
    began: float = 0
    received: bytes = b""


def post(path: str, form: dict[str, str], cookie: str = "") -> bytes:
    """The bytes of a form sent by our own page, as htmx sends it."""
    body = urlencode(form)
    head = [
        f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: */*", "Accept-Encoding: gzip", "HX-Request: true",
        "Sec-Fetch-Site: same-origin", "Accept-Language: en", f"Cookie: {cookie}",
        "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}",
    ]  # fmt: skip
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


def send(port: int, requests: Sequence[bytes], *, at_once: int = 8, within: float = 120) -> Answers:
    """Every request once. Raises TimeoutError; statuses other than 2xx are for the caller to refuse."""
    waiting, answers = deque(requests), Answers()
    selector, deadline = selectors.DefaultSelector(), time.monotonic() + within
    for _ in range(min(at_once, len(requests))):
        connection = _Connection(socket.create_connection(("127.0.0.1", port), timeout=10))
        selector.register(connection.channel, selectors.EVENT_READ, connection)
        _next(connection, waiting)
    began = time.perf_counter()
    while len(answers.seconds) < len(requests):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(answers.seconds)} of {len(requests)} answers within {within} s")
        for key, _ in selector.select(1):
            if _receive(key.data, answers) and waiting:
                _next(key.data, waiting)
    answers.wall = time.perf_counter() - began
    for key in list(selector.get_map().values()):
        key.data.channel.close()
    selector.close()
    return answers


def _next(connection: _Connection, waiting: deque[bytes]) -> None:
    connection.received, connection.began = b"", time.perf_counter()
    connection.channel.sendall(waiting.popleft())


def _receive(connection: _Connection, answers: Answers) -> bool:
    """True when the answer is whole."""
    got = connection.channel.recv(65536)
    if not got:
        raise ConnectionError("the server closed the connection")
    connection.received += got
    head, end, body = connection.received.partition(b"\r\n\r\n")
    if not end or len(body) < (length := _length(head)):
        return False
    answers.seconds.append(time.perf_counter() - connection.began)
    answers.statuses.append(int(head.split(b" ", 2)[1]))
    answers.longest_body = max(answers.longest_body, length)
    return True


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line.split(b":")[1])
    raise ValueError("an answer without a length")
