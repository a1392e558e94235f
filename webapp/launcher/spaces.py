"""Old ZKTeco firmware writes raw spaces into its request line; every other client that does is refused."""

import re

from gunicorn.http.message import Request
from gunicorn.http.parser import RequestParser

_SPACED = re.compile(rb"((?:GET|POST) )(/iclock/[^\r\n]* [^\r\n]*)( HTTP/1\.[01])")


class TolerantRequest(Request):
    """Puts %20 where a terminal forgot it."""

    def parse_request_line(self, line_bytes: bytes) -> None:
        found = _SPACED.fullmatch(line_bytes)
        if found:
            line_bytes = found[1] + found[2].replace(b" ", b"%20") + found[3]
        super().parse_request_line(line_bytes)


def tolerate_spaces() -> None:
    RequestParser.mesg_class = TolerantRequest
