"""A ZKTeco terminal that pushes: it keeps each punch until it hears OK, and knows nothing but status codes."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import quote

from flask.testing import FlaskClient

Answer = tuple[int, str]
Send = Callable[[str, str, bytes], Answer]
SHAPES: dict[str, Callable[[str, str], str]] = {
    "4": lambda pin, time: f"{pin}\t{time}\t0\t1",
    "5": lambda pin, time: f"{pin}\t{time}\t0\t1\t0",
    "7": lambda pin, time: f"{pin}\t{time}\t0\t1\t\t0\t0",
    "7 and a tab": lambda pin, time: f"{pin}\t{time}\t1\t1\t\t0\t0\t",
    "10": lambda pin, time: f"{pin}\t{time}\t255\t1\t0\t0\t0\t255\t0\t0",
    "10 and a tab": lambda pin, time: f"{pin}\t{time}\t255\t15\t0\t0\t0\t255\t0\t0\t",
    "16": lambda pin, time: "\t".join([pin, time, "0", "1", "7", "0", "0", *"000000", *"000"]),
}


def by_client(client: FlaskClient) -> Send:
    """Through Flask's test client, with no header that a terminal would not send."""
    client.environ_base.pop("HTTP_SEC_FETCH_SITE", None)

    def send(method: str, path: str, body: bytes) -> Answer:
        answer = client.open(path, method=method, data=body, headers={"User-Agent": "iClock Proxy/1.09"})
        return answer.status_code, answer.get_data(as_text=True)

    return send


def by_http(port: int, *, timeout: float = 10) -> Send:
    """Over the wire, one connection for each request. Status 0: nobody answered."""

    def send(method: str, path: str, body: bytes) -> Answer:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)) as connection:
                connection.request(method, path, body or None, {"User-Agent": "iClock Proxy/1.09"})
                answer = connection.getresponse()
                return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException):
            return 0, ""

    return send


def raw(port: int, request_line: str) -> str:
    """A request line as old firmware writes it, with raw spaces; the whole answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"{request_line}\r\nHost: onsite\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode()


@dataclass
class Terminal:
    """`memory` is what it holds; `punch()` adds to it, `upload()` sends what was never acknowledged."""

    serial: str
    send: Send
    shape: str = "10"
    aspx: bool = False
    at_once: int = 200
    stamp: str = "9999"
    memory: list[tuple[str, str]] = field(default_factory=list)
    acknowledged: int = 0
    options: dict[str, str] = field(default_factory=dict)
    results: list[str] = field(default_factory=list)

    def punch(self, pin: str, time: str) -> None:
        self.memory.append((pin, time))

    def shake_hands(self, **query: str) -> Answer:
        """Starts again from the beginning when it is told stamp 0."""
        known = {"options": "all", "language": "83", "pushver": "2.4.1", "DeviceType": "att", **query}
        status, text = self.call("GET", "cdata", **known)
        if status == 200:
            self.options = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
            if self.options.get("ATTLOGStamp") == "0":
                self.acknowledged = 0
        return status, text

    def upload(self) -> bool:
        """Until everything is acknowledged, or something is not; then it keeps the rest."""
        while self.acknowledged < len(self.memory):
            part = self.memory[self.acknowledged : self.acknowledged + self.at_once]
            status, _ = self.post("ATTLOG", self.lines(part), Stamp=self.stamp)
            if status != 200:
                return False
            self.acknowledged += len(part)
        return True

    def lines(self, punches: Iterable[tuple[str, str]]) -> bytes:
        return "".join(SHAPES[self.shape](pin, time) + "\n" for pin, time in punches).encode()

    def post(self, table: str, body: bytes, **query: str) -> Answer:
        return self.call("POST", "cdata", body, **({"table": table} if table else {}), **query)

    def poll(self, **query: str) -> list[tuple[str, str]]:
        """(id, command) of what it is asked to do."""
        _, text = self.call("GET", "getrequest", **query)
        return [tuple(line.split(":", 2)[1:]) for line in text.splitlines() if line.startswith("C:")]  # type: ignore[misc]

    def obey(self, *, extra: int = 0, mute: Iterable[str] = ()) -> list[str]:
        """Do what it is asked; the commands. It counts `extra` punches too many, and does not answer `mute` ones."""
        done = []
        while asked := self.poll():
            for number, command in asked:
                done.append(command)
                if not command.startswith(tuple(mute)):
                    self.report(f"ID={number}&Return=0&CMD={command.split(' ')[0]}{self._answer(command, extra)}")
        return done

    def _answer(self, command: str, extra: int) -> str:
        if command == "INFO":
            return f"\nTransactionCount={len(self.memory) + extra}"
        words = command.split(" ", 3)
        if words[:3] not in (["VERIFY", "SUM", "ATTLOG"], ["DATA", "QUERY", "ATTLOG"]):
            return ""
        start, end = (word.split("=", 1)[1] for word in words[3].split("\t"))
        asked = [punch for punch in self.memory if start <= punch[1] <= end]
        if words[0] == "DATA":
            self.post("ATTLOG", self.lines(asked), Stamp=self.stamp)
            return ""
        return f"&AttlogSum={len(asked) + (extra if asked else 0)}"

    def report(self, *lines: str) -> Answer:
        return self.call("POST", "devicecmd", "".join(f"{line}\n" for line in lines).encode())

    def call(self, method: str, name: str, body: bytes = b"", **query: str) -> Answer:
        asked = "&".join(f"{quote(key)}={quote(value)}" for key, value in {"SN": self.serial, **query}.items())
        return self.send(method, f"/iclock/{name}{'.aspx' if self.aspx else ''}?{asked}", body)
