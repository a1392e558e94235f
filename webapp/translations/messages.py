"""Bring the Chinese catalogue up to date: `python -m webapp.translations.messages` after changing a text.

Extracts every source text, merges it into the catalogue, compiles it, and lists what is still to translate.
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PO = HERE / "zh_Hans" / "LC_MESSAGES" / "messages.po"
MO = PO.with_suffix(".mo")
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "N_": None}


def extract() -> Catalog:
    """Every source text of the program and the templates, without places (they only make noise in reviews)."""
    with (HERE / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    catalog = Catalog(project="onsite", charset="utf-8")
    found = extract_from_dir(str(ROOT), methods, options, keywords=KEYWORDS, directory_filter=_inside)
    for _file, _line, message, comments, context in found:
        catalog.add(message, None, auto_comments=comments, context=context)
    return catalog


def load() -> Catalog:
    """The Chinese catalogue as committed."""
    if not PO.exists():
        return Catalog(locale="zh_Hans", project="onsite", charset="utf-8")
    with PO.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def compiled(catalog: Catalog) -> bytes:
    buffer = BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def missing(catalog: Catalog, source: Catalog) -> list[str]:
    """Source texts without a translation."""
    return [str(text.id) for text in source if text.id and not _translated(catalog, text)]


def main() -> int:
    catalog, source = load(), extract()
    source.creation_date = catalog.creation_date  # nothing changed means no change in the file either
    catalog.update(source, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    with PO.open("wb") as file:
        write_po(file, catalog, width=0, sort_output=True, omit_header=False, include_lineno=False)
    MO.write_bytes(compiled(load()))
    left = missing(catalog, source)
    sys.stdout.write("".join(f"{text}\n" for text in left) + f"{len(left)} of {len(source)} to translate\n")
    return 1 if left else 0


def _inside(path: str) -> bool:
    name = Path(path).name
    return not name.startswith(".") and name not in {"node_modules", "var", "tests", "static", "versions"}


def _translated(catalog: Catalog, text: object) -> bool:
    found = catalog.get(text.id, text.context)  # type: ignore[attr-defined]
    if found is None or found.fuzzy:
        return False
    strings = found.string if isinstance(found.string, list | tuple) else (found.string,)
    return all(strings)


if __name__ == "__main__":
    sys.exit(main())
