"""The phone's signature under what it says: which text it signs, and whether it fits.

    onsite-1\n<kind>\n<client_id>\n<uid>\n<site_id>\n<tapped_at>\n<lat>\n<lng>\n<accuracy>\n<fix_at>\n<no_fix>

Each value as it is posted, nothing for what is not there; kind is the outbox's word (check-in, check-out …).
ECDSA P-256 with SHA-256. `key` is the public point (65 bytes, uncompressed), `sig` is r and s (64 bytes), both
base64url. static/js/key.js does the same. What does not fit is evidence, never a reason to refuse.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

FORMAT = "onsite-1"
SIGNED = ("client_id", "uid", "site_id", "tapped_at", "lat", "lng", "accuracy", "fix_at", "no_fix")
_POINT, _HALF = 65, 32
_HOW = ec.ECDSA(hashes.SHA256())


class Signature(NamedTuple):
    """device_key: base64url SHA-256 of the public point; None without one. signed: None when nothing was signed."""

    device_key: str | None
    signed: bool | None


def read_signature(raw: Mapping[str, str], kind: str) -> Signature:
    """The fields `key` and `sig` of a posted form; never raises."""
    key, sig = raw.get("key", ""), raw.get("sig", "")
    if not key and not sig:
        return Signature(None, None)
    point = _decoded(key)
    public = _public(point)
    if public is None:
        return Signature(None, False)
    return Signature(thumbprint(point), _fits(public, _decoded(sig), signed_text(raw, kind)))


def signed_text(raw: Mapping[str, str], kind: str) -> bytes:
    return "\n".join((FORMAT, kind, *(raw.get(name, "") for name in SIGNED))).encode("utf-8", "replace")


def thumbprint(point: bytes) -> str:
    return urlsafe_b64encode(hashlib.sha256(point).digest()).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4)) if text.isascii() and len(text) <= 200 else b""
    except (NotBase64, ValueError):
        return b""


def _public(point: bytes) -> ec.EllipticCurvePublicKey | None:
    """Only the uncompressed form, so that one key has one name."""
    if len(point) != _POINT or point[0] != 4:
        return None
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return None


def _fits(public: ec.EllipticCurvePublicKey, sig: bytes, text: bytes) -> bool:
    if len(sig) != 2 * _HALF:
        return False
    pair = int.from_bytes(sig[:_HALF], "big"), int.from_bytes(sig[_HALF:], "big")
    try:
        public.verify(encode_dss_signature(*pair), text, _HOW)
    except (InvalidSignature, ValueError):
        return False
    return True
