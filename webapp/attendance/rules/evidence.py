"""What a phone says with a check-in or check-out, read the same way at every entrance (T7)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from webapp.attendance.rules.clock import Token
from webapp.attendance.rules.fence import NO_FIX, Fix
from webapp.attendance.rules.signature import read_signature
from webapp.core.errors import Invalid
from webapp.core.ids import client_id
from webapp.sites.rules import degrees

_KEPT = ("choice", "attempts", "sent_at", "device")
_ABOUT_THE_PLACE = ("altitude", "speed")
LONGEST_REMARK = 300
CANNOT = ("camera", "outside", "slow", "network", "other")
LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Evidence:
    """tapped_at None: the form came without a script, so the arrival counts. `extra` is kept as it came.

    live: a page that is looked at sent it, and can ask for more. remark: what the rep wrote about it. asked: they chose
    to have it confirmed although they are outside.

    token: proof of when the last page was made that the phone had seen. device_key: SHA-256 of the phone's public key,
    and whether its signature is right.

    code: digits of the store typed with the tap, by the phone's clock at code_at. cannot: why the rep says an ordinary
    check-in does not work and asks for a person.
    """

    client_id: str
    tapped_at: datetime | None = None
    sent_at: datetime | None = None
    fix: Fix | None = None
    no_fix: str | None = None
    token: Token | None = None
    device_key: str | None = None
    signed: bool | None = None
    live: bool = False
    code: str = ""
    code_at: datetime | None = None
    cannot: str | None = None
    note: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    heard: tuple[Any, ...] = ()
    """The content as it came, once something was left out of it: what comes again is compared with that."""

    @property
    def remark(self) -> str:
        return str(self.extra.get("remark", ""))

    @property
    def asked(self) -> bool:
        return bool(self.extra.get("asked"))

    @property
    def token_at(self) -> datetime | None:
        return self.token.at if self.token else None

    def content(self) -> list[Any]:
        """What must be equal when the same id comes again; when, how often and with which token may differ.

        Nor does a code belong to it: it may be typed after the tap was sent and before its answer was heard.
        """
        if self.heard:
            return list(self.heard)
        fix = self.fix and [self.fix.lat, self.fix.lng, self.fix.accuracy_m, str(self.fix.at)]
        asked = [self.cannot, self.note] if self.cannot else []
        return [str(self.tapped_at), fix, self.no_fix, *([self.remark] if self.remark else []), *asked]


def without_position(evidence: Evidence) -> Evidence:
    """For somebody who gives none: what a page from before they said so still sent is not kept."""
    if evidence.fix is None:
        return evidence
    extra = {name: value for name, value in evidence.extra.items() if name not in _ABOUT_THE_PLACE}
    return replace(evidence, fix=None, no_fix="declined", extra=extra, heard=tuple(evidence.content()))


def read_evidence(
    raw: Mapping[str, str], vouch: Callable[[str], datetime | None] | None = None, kind: str = "check-in"
) -> Evidence:
    """Parse form fields: client_id, tapped_at, sent_at, lat, lng, accuracy, fix_at, no_fix, token, key, sig, extras.

    `kind` is the word the phone's outbox has for it; it is part of what is signed.

    `vouch` reads a time token; without it there is none. Raises Invalid with the field for what no phone would
    send; whatever a phone may send is judged, not refused.
    """
    fix, signature = _fix(raw), read_signature(raw, kind)
    why = raw.get("no_fix", "").strip()
    return Evidence(
        client_id=client_id(raw.get("client_id", "").strip()),
        tapped_at=_moment(raw, "tapped_at"),
        sent_at=_moment(raw, "sent_at"),
        fix=fix,
        no_fix=None if fix else (why if why in NO_FIX else "unavailable"),
        live=raw.get("live") == "1",
        token=_token(raw, vouch),
        code=raw.get("code", "").strip()[:40],
        code_at=_moment(raw, "code_at"),
        device_key=signature.device_key,
        signed=signature.signed,
        extra=_extra(raw),
        **_asked(raw),
    )


def read_code(raw: Mapping[str, str], vouch: Callable[[str], datetime | None]) -> dict[str, Any]:
    """Digits typed after the tap, with the phone's times and its proof: digits, typed_at, sent_at, token."""
    times = {"typed_at": _moment(raw, "code_at"), "sent_at": _moment(raw, "sent_at"), "token": _token(raw, vouch)}
    return {"digits": raw.get("code", "").strip()[:40], **times}


def _asked(raw: Mapping[str, str]) -> dict[str, Any]:
    """The form "I cannot check in". Raises Invalid: no such reason, nothing said about another one, too much said."""
    reason, note = raw.get("cannot", "").strip(), raw.get("note", "").strip()
    if not reason and not raw.get("ask"):
        return {}
    if reason not in CANNOT:
        raise Invalid("not_a_choice" if reason else "required", "cannot")
    if reason == "other" and not note:
        raise Invalid("note_needed", "note")
    if len(note) > LONGEST_NOTE:
        raise Invalid("too_long", "note", limit=LONGEST_NOTE)
    return {"cannot": reason, "note": note}


def _fix(raw: Mapping[str, str]) -> Fix | None:
    lat, lng = raw.get("lat", "").strip(), raw.get("lng", "").strip()
    if not lat and not lng:
        return None
    if not lat or not lng:
        raise Invalid("position_half", "lng" if lat else "lat")
    here = degrees(lat, field="lat", limit=90), degrees(lng, field="lng", limit=180)
    return Fix(*here, _number(raw, "accuracy"), _moment(raw, "fix_at"))


def _number(raw: Mapping[str, str], name: str) -> float | None:
    text = raw.get(name, "").strip()
    if not text:
        return None
    try:
        value = float(text) if text.isascii() and "_" not in text else float("nan")
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise Invalid("not_a_number", name, example="15")
    return value


def _moment(raw: Mapping[str, str], name: str) -> datetime | None:
    text = raw.get(name, "").strip()
    if not text:
        return None
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("not_a_moment", name) from None
    if value.tzinfo is None or not 1900 <= value.year <= 2200:
        raise Invalid("not_a_moment", name)
    return value.astimezone(UTC)


def _token(raw: Mapping[str, str], vouch: Callable[[str], datetime | None] | None) -> Token | None:
    text = raw.get("token", "").strip()
    if not text or vouch is None:
        return None
    try:
        seen = _moment(raw, "token_seen")
    except Invalid:
        seen = None
    return Token(vouch(text), seen)


def _extra(raw: Mapping[str, str]) -> dict[str, Any]:
    kept: dict[str, Any] = {name: raw[name][:40] for name in _KEPT if raw.get(name)}
    if raw.get("asked") == "1":
        kept["asked"] = True
    if remark := _plain(raw.get("remark", ""))[:LONGEST_REMARK].strip():
        kept["remark"] = remark
    for name in _ABOUT_THE_PLACE:
        try:
            value = _number(raw, name)
        except Invalid:
            continue
        if value is not None:
            kept[name] = round(value, 1)
    return kept


def _plain(text: str) -> str:
    """On one line, without what cannot be shown."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
