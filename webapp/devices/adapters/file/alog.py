"""ALOG_001.txt: the columns of AGL and a few more, in UTF-16."""

from webapp.core.errors import N_
from webapp.devices.adapters.file.numbered_log import looks, one_machine, parse, questions
from webapp.devices.adapters.file.shape import Format
from webapp.devices.adapters.file.text import Head


def detect(head: Head) -> int:
    return 85 if head.utf16 and looks(head.lines) else 0


FORMAT = Format("alog", N_("ALOG text in UTF-16"), detect, parse, questions, one_machine)
