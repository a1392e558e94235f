"""HTTP to a device in a shop's network: digest sign-in, no redirects, an end to everything.

Its address was typed by HR, and devices live at private ones, so no address is refused here; what comes back is only
ever read as a device's answer.
"""

import http.client
import secrets
import ssl
from collections.abc import Mapping
from hashlib import md5, sha256
from time import monotonic

from werkzeug.datastructures import WWWAuthenticate

from webapp.devices.adapters import CannotPull, Target

PATIENCE = 20.0
LARGEST = 4 * 1024 * 1024
_TLS = {443, 8443}
_GONE = (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError)


class Client:
    """One conversation with one device; over at `target.deadline_s` from now. Raises CannotPull."""

    def __init__(self, target: Target) -> None:
        self._until = monotonic() + target.deadline_s
        self._user, self._password = target.user, target.password
        self._challenge: WWWAuthenticate | None = None
        self._uses, self._heard, self._accepted = 0, False, False
        self._connection = _connection(target.host, target.port)

    def close(self) -> None:
        self._connection.close()

    def get(self, path: str) -> bytes:
        return self._asked("GET", path, None, {})

    def post(self, path: str, body: bytes, kind: str) -> bytes:
        return self._asked("POST", path, body, {"Content-Type": kind})

    def _asked(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
        """A device that has forgotten its question asks another one.

        A question that was answered wrongly is not answered again: devices lock whoever tries too often.
        """
        for _ in range(3):
            asked, known = self._challenge, self._accepted
            proof = {"Authorization": self._answer(method, path)} if asked else {}
            status, answer = self._once(method, path, body, {**headers, **proof})
            if status == 200:
                self._accepted = True
                return answer
            stale = self._challenge is not None and (self._challenge.get("stale") or "").lower() == "true"
            if status != 401 or self._challenge is None or (asked and not known and not stale):
                break
            self._accepted = False
        raise CannotPull("pull_refused" if status in (401, 403) else "pull_not_understood")

    def _once(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        reused = self._connection.sock is not None
        try:
            try:
                return self._sent(method, path, body, headers)
            except _GONE:
                if not reused:
                    raise
                self._connection.close()
                return self._sent(method, path, body, headers)
        except TimeoutError:
            raise CannotPull("pull_too_slow" if self._heard else "pull_no_answer") from None
        except ssl.SSLError:
            raise CannotPull("pull_not_understood") from None
        except OSError:
            raise CannotPull("pull_cut" if self._heard else "pull_no_answer") from None
        except http.client.IncompleteRead:
            raise CannotPull("pull_cut") from None
        except (http.client.HTTPException, ValueError):
            raise CannotPull("pull_not_understood") from None

    def _sent(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        self._connection.timeout = self._left()
        if self._connection.sock is not None:
            self._connection.sock.settimeout(self._left())
        self._connection.request(method, path, body, {**headers, "Accept": "*/*", "User-Agent": "Onsite"})
        response = self._connection.getresponse()
        self._heard = True
        found = bytearray()
        while chunk := response.read1(65536):
            found += chunk
            self._left()
            if len(found) > LARGEST:
                raise CannotPull("pull_not_understood")
        if response.length:
            raise http.client.IncompleteRead(bytes(found), response.length)
        response.close()
        if response.status == 401:
            self._challenge, self._uses = _challenge(response.headers.get_all("WWW-Authenticate") or []), 0
        return response.status, bytes(found)

    def _answer(self, method: str, path: str) -> str:
        """What proves that we know the password, without saying it (RFC 7616)."""
        told = self._challenge
        assert told is not None
        self._uses += 1
        realm, nonce, count, ours = told.get("realm") or "", told.get("nonce") or "", f"{self._uses:08x}", _token()
        hashed = _hashes[(told.get("algorithm") or "MD5").upper()]
        who, what = hashed(f"{self._user}:{realm}:{self._password}"), hashed(f"{method}:{path}")
        fields = {"username": self._user, "realm": realm, "nonce": nonce, "uri": path}
        if told.get("qop"):
            fields |= {"response": hashed(f"{who}:{nonce}:{count}:{ours}:auth:{what}"), "cnonce": ours}
            plain = f", qop=auth, nc={count}"
        else:
            fields["response"], plain = hashed(f"{who}:{nonce}:{what}"), ""
        if told.get("opaque"):
            fields["opaque"] = told.get("opaque") or ""
        if told.get("algorithm"):
            plain += f", algorithm={told.get('algorithm')}"
        return "Digest " + ", ".join(f'{name}="{_quoted(value)}"' for name, value in fields.items()) + plain

    def _left(self) -> float:
        left = self._until - monotonic()
        if left <= 0:
            raise CannotPull("pull_too_slow")
        return min(left, PATIENCE)


def _connection(host: str, port: int) -> http.client.HTTPConnection:
    """Devices make their own certificates, so there is nothing to check them against; nobody learns the password."""
    if port not in _TLS:
        return http.client.HTTPConnection(host, port, timeout=PATIENCE)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return http.client.HTTPSConnection(host, port, timeout=PATIENCE, context=context)


def _challenge(headers: list[str]) -> WWWAuthenticate | None:
    """The strongest one that does not ask for the password itself."""
    found = [told for told in map(WWWAuthenticate.from_header, headers) if told and told.type == "digest"]
    usable = [told for told in found if (told.get("algorithm") or "MD5").upper() in _hashes]
    usable = [
        told for told in usable if not told.get("qop") or "auth" in (told.get("qop") or "").replace(" ", "").split(",")
    ]
    return max(usable, key=lambda told: (told.get("algorithm") or "").upper() == "SHA-256", default=None)


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def _sha256(text: str) -> str:
    return sha256(text.encode()).hexdigest()


_hashes = {"MD5": _md5, "SHA-256": _sha256}


def _token() -> str:
    return secrets.token_hex(8)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
