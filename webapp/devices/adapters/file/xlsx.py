"""The first sheet of an XLSX workbook."""

from webapp.core.errors import N_
from webapp.devices.adapters.file.columns import parse, questions
from webapp.devices.adapters.file.shape import Format
from webapp.devices.adapters.file.text import Head


def detect(head: Head) -> int:
    return 100 if head.zipped else 0


FORMAT = Format("xlsx", N_("XLSX workbook"), detect, parse, questions)
