"""What browsers call themselves, in words people know."""

_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("HarmonyOS", "HarmonyOS"),
            ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"))  # fmt: skip
_BROWSERS = (("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("OPR", "Opera"),
             ("Chrome", "Chrome"), ("CriOS", "Chrome"), ("Safari", "Safari"))  # fmt: skip


def device_name(agent: str) -> str:
    """ "iPhone · Safari": enough to recognise one's own phone; names are the same in every language."""
    found = [next((name for mark, name in known if mark in agent), "") for known in (_SYSTEMS, _BROWSERS)]
    return " · ".join(name for name in found if name)
