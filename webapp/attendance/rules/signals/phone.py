"""Signals of the phone that signed, of the photo it sent, and of the site's code."""

from collections.abc import Sequence

from webapp.attendance.rules.signals.facts import Facts, Phone, Signal

GONE = frozenset({"refused", "removed"})


def key_unknown(facts: Facts) -> Signal | None:
    """A key that is not bound to this person (yet)."""
    known = any(phone.state == "bound" for phone in _own(facts))
    return Signal("key_unknown") if facts.tap.device_key and not known else None


def key_shared(facts: Facts) -> Signal | None:
    """Somebody else signed with this key first, and nobody said that the two share a phone."""
    own = _own(facts)
    since = min((phone.first_seen for phone in own), default=None)
    others = [
        phone
        for phone in facts.phones
        if phone.employee_id != facts.tap.employee_id
        and phone.state not in GONE
        and (since is None or phone.first_seen < since)
    ]
    approved = any(phone.state == "bound" and phone.approved for phone in own)
    if not facts.tap.device_key or not others or approved:
        return None
    return Signal("key_shared", {"who": others[0].employee_id})


def key_new(facts: Facts) -> Signal | None:
    """First used today, by somebody who had signed with another one before."""
    tap, own = facts.tap, _own(facts)
    earlier = any(seen.device_key and seen.device_key != tap.device_key for seen in facts.before)
    is_new = any(abs((phone.first_seen - tap.at).total_seconds()) < 86400 for phone in own)
    return Signal("key_new") if tap.device_key and is_new and earlier else None


def signature(facts: Facts) -> Signal | None:
    """Signed, but not by the key it names, or not this content."""
    return Signal("signature") if facts.tap.signed is False else None


def unsigned(facts: Facts) -> Signal | None:
    """No signature although the newest check-ins before it had one."""
    last = facts.before[-1] if facts.before else None
    had = last is not None and last.device_key is not None
    return Signal("unsigned") if had and facts.tap.device_key is None and facts.tap.signed is None else None


def photo(facts: Facts) -> Signal | None:
    """A photo that was sent before, or looks just like one."""
    for one in sorted(facts.photos, key=lambda one: (not one.exact, one.on)):
        told = "photo_exact" if one.exact else "photo_alike"
        return Signal("photo", {"on": one.on.isoformat()}, told)
    return None


def code_shared(facts: Facts) -> Signal | None:
    """The digits of a site that somebody else typed as well; two who arrive together do that too."""
    return Signal("code_shared", {"who": facts.code.others[0]}) if facts.code and facts.code.others else None


def code_typed(facts: Facts) -> Signal | None:
    """Speaks for it, more than anything else."""
    return Signal("code_typed") if facts.code else None


def own_phone(facts: Facts) -> Signal | None:
    """Speaks for it: signed by the phone that is bound to this person alone."""
    good = facts.tap.signed is True and not key_unknown(facts) and not key_shared(facts) and not key_new(facts)
    return Signal("own_phone") if good else None


def _own(facts: Facts) -> Sequence[Phone]:
    return [phone for phone in facts.phones if phone.employee_id == facts.tap.employee_id]
