"""Words and looks of devices: how one stands, what it sent, what it noted about itself."""

from collections.abc import Mapping
from typing import Any

from webapp.core.errors import N_, WORDS, words
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import say
from webapp.devices.adapters import adapters
from webapp.devices.queries import Device

QUALITIES = ("future", "impossible", "reset", "backward", "skewed")
EVENT_LOOKS = {"time_set": "att", "data_cleared": "stop", "records_deleted": "stop", "factory_reset": "stop"}
_STATE_LOOKS = {"new": "wait", "mapped": "ok", "unmapped": "att", "held": "att"}


def standing(device: Device) -> tuple[str, str]:
    """(look of the chip, word) of its state."""
    row = device.row
    if row.state != "active":
        return "plain", say(f"terminal_state_{row.state}")
    if "silent" in device.alarms:
        return "stop", say("device_silent")
    if row.seen_at is None:
        return "wait", say("device_unheard")
    return "ok", say("device_heard")


def other_alarms(device: Device) -> list[str]:
    """Those the state does not say already, in words."""
    return [say(f"device_{code}") for code in device.alarms if code != "silent"]


def kind_label(code: str) -> str:
    """Brands are called the same everywhere; other ways in have words."""
    if f"device_kind_{code}" in WORDS:
        return say(f"device_kind_{code}")
    return gettext(adapters()[code].label) if code in adapters() else code


def span(seconds: int | None) -> str:
    """A length of time as people say it; "" for None."""
    if seconds is None:
        return ""
    for unit, size, up_to in (("s", 1, 120), ("min", 60, 7200), ("h", 3600, 172_800)):
        if abs(seconds) < up_to:
            return say(f"span_{unit}", n=round(abs(seconds) / size))
    return say("span_d", n=round(abs(seconds) / 86_400))


def clock_text(skew_s: int | None) -> str:
    if skew_s is None:
        return ""
    return say("clock_right") if abs(skew_s) < 5 else say("clock_fast" if skew_s > 0 else "clock_slow", by=span(skew_s))


def event_text(code: str, detail: str) -> str:
    text = say(f"device_event_{code}") if f"device_event_{code}" in WORDS else code.replace("_", " ")
    return f"{text} · {detail}" if detail and detail != "0" else text


def problem_text(code: str | None) -> str:
    """What the last try ended with; a sentence whose details are not known any more is left out."""
    if code is None or code not in WORDS or "%(" in WORDS[code]:
        return say("device_pull") if code else ""
    return say(code)


def state_chip(state: str, quality: str) -> tuple[str, str]:
    """(look, word) of a raw punch."""
    if state == "held":
        return _STATE_LOOKS[state], say(f"quality_{quality}")
    return _STATE_LOOKS[state], say(f"raw_{state}")


def command_text(verb: str, params: Mapping[str, Any] | None) -> str:
    text = say(f"command_{verb}") if f"command_{verb}" in WORDS else verb
    said = params or {}
    known = [str(said[name]).partition(" ")[0] for name in ("start", "end", "pin", "name") if said.get(name)]
    return f"{text} · {' – '.join(dict.fromkeys(known))[:80]}" if known else text


def command_chip(row: Any) -> tuple[str, str]:
    """(look, word) of what came of it."""
    if row.done_at is None:
        return "wait", say("command_waits" if row.sent_at is None else "command_sent")
    if row.returned is None:
        return "stop", say("command_given_up")
    return ("ok", say("command_done")) if row.returned >= 0 else ("stop", say("command_refused", number=row.returned))


def told(info: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """What a device said about itself, as it said it; no secrets, and nothing we noted of it."""
    hidden = ("key", "pass", "pwd", "secret", "greeted_ip", "offset")
    found = [(name, value) for name, value in sorted((info or {}).items()) if isinstance(value, str | int)]
    return [
        (name, str(value)[:80])
        for name, value in found
        if not isinstance(value, bool) and not any(word in name.lower() for word in hidden)
    ]


words(
    {
        "device_unheard": N_("Not heard yet"),
        "device_heard": N_("Heard"),
        "span_s": N_("%(n)s s"),
        "span_min": N_("%(n)s min"),
        "span_h": N_("%(n)s h"),
        "span_d": N_("%(n)s d"),
        "clock_right": N_("Right"),
        "clock_fast": N_("%(by)s fast"),
        "clock_slow": N_("%(by)s slow"),
        "source_push": N_("Pushed"),
        "source_pull": N_("Pulled"),
        "source_webhook": N_("Webhook"),
        "source_file": N_("File"),
        "raw_new": N_("Being looked at"),
        "raw_mapped": N_("Counts"),
        "raw_unmapped": N_("Nobody's id"),
        "raw_held": N_("Held"),
    }
)
words(
    {
        "quality_ok": N_("Right time"),
        "quality_future": N_("In the future"),
        "quality_impossible": N_("No such time"),
        "quality_reset": N_("Clock was reset"),
        "quality_backward": N_("Clock went back"),
        "quality_skewed": N_("Clock was off"),
        "why_future": N_("The device showed a time that had not come yet when the punch arrived."),
        "why_impossible": N_("The device showed a date or time that does not exist."),
        "why_reset": N_("The device showed a time from before it was in use: its clock had lost the date."),
        "why_backward": N_("The device showed an earlier time than for the punch before: its clock was set back."),
        "why_skewed": N_("The clock of the device was off by more than two minutes when it happened."),
        "bad_shape": N_("Not the form of a punch"),
        "bad_pin": N_("No id"),
        "bad_time": N_("No time"),
        "bad_damaged": N_("Damaged"),
        "bad_reader": N_("The whole body could not be read"),
    }
)
words(
    {
        "device_event_power_on": N_("Switched on"),
        "device_event_power_off": N_("Switched off"),
        "device_event_time_set": N_("Clock was set"),
        "device_event_data_cleared": N_("All data deleted"),
        "device_event_records_deleted": N_("Punches deleted"),
        "device_event_factory_reset": N_("Factory settings"),
        "device_event_user_added": N_("User added"),
        "device_event_user_deleted": N_("User deleted"),
    }
)
words(
    {
        "command_check": N_("Call again at once"),
        "command_log": N_("Send new punches"),
        "command_info": N_("Tell about itself"),
        "command_reboot": N_("Restart"),
        "command_query": N_("Send the punches of some days"),
        "command_verify": N_("Count the punches of some days"),
        "command_user_add": N_("Add a user"),
        "command_user_delete": N_("Delete a user"),
        "command_waits": N_("Waits for its call"),
        "command_sent": N_("Handed out"),
        "command_done": N_("Done"),
        "command_given_up": N_("No answer"),
        "command_refused": N_("Refused: %(number)s"),
    }
)
words(
    {
        "held_said_accept": N_("Accepted"),
        "held_said_ignore": N_("Not counted"),
        "held_said_reopen": N_("Opened again"),
    }
)
