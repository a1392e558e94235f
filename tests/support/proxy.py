"""A little reverse proxy before the running product: it can keep browsers waiting and pretend a new release."""

from __future__ import annotations

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class Proxy:
    """with Proxy(stack.url) as front: front.url; front.release("v2"); front.hang(); front.go_on()."""

    def __init__(self, target: str) -> None:
        self.target = urlsplit(target).netloc
        self.release_mark = b""
        self.posts = 0
        self._free = threading.Event()
        self._free.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Front", (_Handler,), {"front": self}))
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Proxy:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._free.set()
        self._server.shutdown()
        self._server.server_close()

    def release(self, name: str) -> None:
        """From now on the service worker is another one, with a cache of its own."""
        self.release_mark = name.encode()

    def hang(self) -> None:
        """Connections are taken and nothing is answered."""
        self._free.clear()

    def go_on(self) -> None:
        self._free.set()

    def wait(self) -> None:
        self._free.wait(60)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    front: Proxy

    def do_GET(self) -> None:
        self.front.wait()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        there = http.client.HTTPConnection(self.front.target, timeout=60)
        headers = {**dict(self.headers), "Accept-Encoding": "identity"}
        if self.path == "/sw.js":
            headers.pop("If-None-Match", None)
        there.request(self.command, self.path, body, headers)
        answer = there.getresponse()
        content = answer.read()
        if self.path == "/sw.js" and self.front.release_mark:
            content = content.replace(b'"version": "', b'"version": "' + self.front.release_mark, 1)
        self._give(answer, content)
        there.close()

    def do_POST(self) -> None:
        self.front.posts += 1
        self.do_GET()

    def _give(self, answer: http.client.HTTPResponse, content: bytes) -> None:
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Quiet."""
