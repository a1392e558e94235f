"""Old ZKTeco firmware writes raw spaces into its request line; every other client that does is refused."""

from gunicorn.http.message import Request
from gunicorn.http.parser import RequestParser


class TolerantRequest(Request):
    """Puts %20 where a terminal forgot it."""

    def parse_request_line(self, line_bytes: bytes) -> None:
        super().parse_request_line(mended(line_bytes))


def tolerate_spaces() -> None:
    RequestParser.mesg_class = TolerantRequest


def mended(line: bytes) -> bytes:
    """A terminal's request line without raw spaces; any other as it is. In one pass, however long it is."""
    method, *rest = line.split(b" ")
    if len(rest) < 3 or method not in (b"GET", b"POST") or rest[-1] not in (b"HTTP/1.0", b"HTTP/1.1"):
        return line
    if not rest[0].startswith(b"/iclock/") or b"\r" in line or b"\n" in line:
        return line
    return b" ".join([method, b"%20".join(rest[:-1]), rest[-1]])
