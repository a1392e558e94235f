"""Both languages are complete (T40): a text without its Chinese, or with other blanks, fails here."""

import ast
import re

from webapp.translations import messages

BLANKS = re.compile(r"%\((\w+)\)[sd]|%%|%[sd]")


def test_every_text_is_translated():
    left = messages.missing(messages.load(), messages.extract())
    assert not left, f"run python -m webapp.translations.messages and translate: {left[:10]}"


def test_no_text_hides_where_it_is_not_looked_for():
    """The extractor does not look into f-strings: such a text would stay English."""
    hidden = [
        f"{path.relative_to(messages.ROOT)}:{call.lineno}"
        for path in (messages.ROOT / "webapp").rglob("*.py")
        for text in ast.walk(ast.parse(path.read_text()))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("_", "gettext", "ngettext", "pgettext")
    ]
    assert not hidden, "give these a line of their own"


def test_a_missing_translation_is_seen():
    source = messages.extract()
    source.add("A text nobody translated")
    assert messages.missing(messages.load(), source) == ["A text nobody translated"]


def test_translations_keep_the_blanks():
    broken = [
        (text.id, text.string)
        for text in messages.load()
        if text.id and isinstance(text.id, str) and set(BLANKS.findall(text.id)) != set(BLANKS.findall(text.string))
    ]
    assert not broken


def test_the_compiled_catalogue_is_current():
    assert messages.MO.read_bytes() == messages.compiled(messages.load()), (
        "run python -m webapp.translations.messages and commit both files"
    )


def test_chinese_is_punctuated_as_chinese():
    """A comma or colon of half width between Chinese words is a slip; one after a number or in an example is not."""
    slips = [str(m.string) for m in messages.load() if re.search(r"[\u4e00-\u9fff][,;:?!](?! )", str(m.string))]
    assert slips == []
