"""HTTP devices on loopback: one server, digest sign-in as they do it, and what goes wrong with it."""

from __future__ import annotations

import hashlib
import itertools
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_PAIR = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')


@dataclass
class WebFaults:
    nonce_uses: int = 1_000_000
    """After so many answers the device asks another question."""
    says_stale: bool = True
    cut_after: int | None = None
    """The answer (counted from 1, of those signed in) that breaks off in the middle."""
    silent: bool = False
    redirect: str | None = None
    algorithm: str = "MD5"
    qop: bool = True
    closes: bool = False
    """After every answer the connection ends, without having said so."""


@dataclass
class WebDevice:
    """Subclasses answer `(status, body)` in `answer(method, path, body)`."""

    user: str = "admin"
    password: str = "pass:word1"
    faults: WebFaults = field(default_factory=WebFaults)
    asked: list[str] = field(default_factory=list)
    """Method and path of every request that was let in."""
    wrong: int = 0
    """How often a wrong password was shown."""

    def __enter__(self):
        self._nonces, self._count, self._answers = itertools.count(1), {}, 0
        self._stop = threading.Event()
        handler = type("Handler", (_Handler,), {"device": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        raise NotImplementedError

    def nonce(self) -> str:
        made = f"nonce{next(self._nonces):08}"
        self._count[made] = 0
        return made

    def lets_in(self, method: str, path: str, header: str) -> tuple[bool, bool]:
        """Whether the answer is right, and whether its question is too old."""
        said = {name: (quoted or plain) for name, quoted, plain in _PAIR.findall(header)}
        nonce = said.get("nonce", "")
        hashed = hashlib.sha256 if self.faults.algorithm == "SHA-256" else hashlib.md5

        def h(text: str) -> str:
            return hashed(text.encode()).hexdigest()

        who, what = h(f"{self.user}:Device:{self.password}"), h(f"{method}:{path}")
        middle = f"{nonce}:{said.get('nc')}:{said.get('cnonce')}:auth" if self.faults.qop else nonce
        right = said.get("response") == h(f"{who}:{middle}:{what}") and said.get("uri") == path
        self.wrong += not right
        if nonce not in self._count:
            return False, False
        self._count[nonce] += 1
        if self.faults.qop and right and int(said.get("nc", "0"), 16) != self._count[nonce]:
            return False, False
        return right, self._count[nonce] > self.faults.nonce_uses


class _Handler(BaseHTTPRequestHandler):
    device: WebDevice
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16

    def do_GET(self) -> None:
        self._handle("GET")

    def do_POST(self) -> None:
        self._handle("POST")

    def log_message(self, *_: object) -> None:
        pass

    def _handle(self, method: str) -> None:
        device, faults = self.device, self.device.faults
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if faults.silent:
            device._stop.wait(60)
            self.close_connection = True
            return
        header = self.headers.get("Authorization", "")
        right, old = device.lets_in(method, self.path, header) if header.startswith("Digest ") else (False, False)
        if not right or old:
            self._challenge(stale=right and old and faults.says_stale)
            return
        if faults.redirect:
            self._send(302, b"", [("Location", faults.redirect)])
            return
        device.asked.append(f"{method} {self.path}")
        device._answers += 1
        status, answer = device.answer(method, self.path, body)
        self._send(status, answer, [], cut=device._answers == faults.cut_after)

    def _challenge(self, *, stale: bool) -> None:
        fields = f'Digest realm="Device", nonce="{self.device.nonce()}", opaque="0p"'
        fields += f", algorithm={self.device.faults.algorithm}"
        fields += ', qop="auth"' if self.device.faults.qop else ""
        fields += ", stale=true" if stale else ""
        self._send(
            401, b"<html>no</html>", [("WWW-Authenticate", 'Basic realm="Device"'), ("WWW-Authenticate", fields)]
        )

    def _send(self, status: int, body: bytes, headers: list[tuple[str, str]], *, cut: bool = False) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.wfile.flush()
        self.close_connection = self.close_connection or cut or self.device.faults.closes
