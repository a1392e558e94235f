"""The form of a device: what is typed, what it is filled with, what can be chosen."""

import dataclasses
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo

from pydantic import create_model

from webapp.core.authz import SignedIn
from webapp.core.errors import Invalid
from webapp.core.forms import Form
from webapp.core.i18n import say
from webapp.devices.adapters import adapters
from webapp.devices.queries import Device
from webapp.devices.rules import FORMS, Fields
from webapp.pages.hr.device_words import kind_label
from webapp.people import queries as people
from webapp.people.rules import timezones
from webapp.sites import queries as sites


class _DeviceForm(Form):
    """What the page asks beside the fields of a device."""

    kind: str = ""
    branch_id: int = 0
    sites: list[str] = []
    """As written in the list: name · code; the code or the name alone will do."""
    sites_since: datetime | None = None
    """By the clock of the branch."""
    version: int = 0


_FIELDS = {one.name: one for one in dataclasses.fields(Fields) if one.name not in ("kind", "site_ids", "sites_since")}
"""What is typed as it is kept. Nothing is demanded here: what lacks is said by rules.check_fields."""
_types = get_type_hints(Fields)
_typed: dict[str, Any] = {
    name: (_types[name], "" if one.default is dataclasses.MISSING else one.default) for name, one in _FIELDS.items()
}
DeviceForm: type[_DeviceForm] = create_model("DeviceForm", __base__=_DeviceForm, **_typed)


def fields_of(
    user: SignedIn,
    branch_id: int,
    data: _DeviceForm,
    kind: str,
    used: Collection[int] = (),
    *,
    zone: str | None = None,
) -> Fields:
    """`used`: the sites that use the device so far, closed ones too; `zone`: by whose clock it was moved.

    Raises Invalid.
    """
    since = data.sites_since.replace(tzinfo=ZoneInfo(zone)) if data.sites_since and zone else None
    values: Any = {name: getattr(data, name) for name in _FIELDS}
    chosen = _chosen(_sites(user, branch_id, used), data.sites)
    return Fields(**values, kind=kind, site_ids=chosen, sites_since=since)


def values_of(user: SignedIn, device: Device, site_ids: list[int]) -> dict[str, Any]:
    """As it is stored; passwords and keys are never shown again."""
    row = device.row
    kept = {name: getattr(row, name) for name in (*_FIELDS, "kind", "branch_id", "version") if hasattr(row, name)}
    return {
        **kept,
        "sites": [text for site_id, _, _, text in _sites(user, row.branch_id, site_ids) if site_id in site_ids],
        "networks": "\n".join(row.networks or ()),
        "trusts_keys": "1" if row.trusts_keys else "",
    }


def kinds() -> list[tuple[str, str]]:
    """Those that call by themselves first: they are what most shops have."""
    ordered = sorted(adapters().values(), key=lambda adapter: not adapter.calls)
    return [(adapter.code, kind_label(adapter.code)) for adapter in ordered]


def shape(kind: str) -> dict[str, Any]:
    """Which fields this kind has, and what its port usually is."""
    adapter = adapters().get(kind)
    asked = adapter is not None and adapter.pull is not None
    signs = adapter is not None and adapter.signs
    calls, listens = adapter is not None and adapter.calls, adapter is not None and adapter.listens
    return {
        "listens": listens,
        "asked": asked,
        "signs": signs,
        "calls": calls,
        "port": adapter.port if adapter else None,
    }


def options(user: SignedIn, branch_id: int) -> dict[str, Any]:
    return {
        "site_options": [text for *_, text in _sites(user, branch_id)],
        "zones": timezones(),
        "form_options": [(form, say(f"tz_form_{form}")) for form in FORMS],
    }


def branch_options(user: SignedIn) -> list[tuple[int, str]]:
    return [(branch.id, branch.name) for branch in people.branches(user.branch_ids)]


def _sites(user: SignedIn, branch_id: int, used: Collection[int] = ()) -> list[tuple[int, str, str, str]]:
    """(id, code, name, as it is shown) of the branch's sites; of the closed ones those that are in use."""
    rows = sites.plannable(user, branch_id, used)
    return [(row.id, row.code, row.name, f"{row.name} · {row.code}") for row in rows]


def _chosen(known: list[tuple[int, str, str, str]], typed: list[str]) -> tuple[int, ...]:
    """As shown there is only one; a code or a name may be that of several, and none of them is guessed."""
    shown = {text.casefold(): {site_id} for site_id, *_, text in known}
    by_text: dict[str, set[int]] = defaultdict(set)
    for site_id, code, name, _ in known:
        by_text[code.casefold()].add(site_id)
        by_text[name.casefold()].add(site_id)
    found: set[int] = set()
    for text in (text.strip() for text in typed if text.strip()):
        meant = shown.get(text.casefold()) or by_text[text.casefold()]
        if len(meant) != 1:
            raise Invalid("device_site_unknown", "sites", text=text[:60])
        found |= meant
    return tuple(sorted(found))
