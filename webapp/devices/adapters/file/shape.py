"""What a format of files is, and the questions a file may leave open."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.devices.adapters.file.text import Head
from webapp.devices.rules import Parsed

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer; `label` is a code with words or, when `plain`, a text of the file itself."""

    value: str
    label: str
    params: Mapping[str, Any] = field(default_factory=dict)
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What the file cannot say by itself. `value` is the answer, or the proposal; None: it has to be asked."""

    code: str
    choices: Sequence[Choice]
    value: str | None
    blank: bool = False
    """No answer is an answer: there is no such column."""

    @property
    def open(self) -> bool:
        return self.value is None and not self.blank


@dataclass(frozen=True, slots=True)
class Format:
    """`detect` says from 0 to 100 how sure it is. `parse` gets an answer to every question of the file."""

    code: str
    label: str
    detect: Callable[[Head], int]
    parse: Callable[[bytes, Answers], Parsed]
    questions: Callable[[bytes, Answers], Sequence[Question]] = lambda body, answers: ()
    machine: Callable[[bytes], str | None] = lambda body: None
    """The device's own number, where all lines say the same one."""


def settled(questions: Iterable[Question]) -> dict[str, str]:
    """ "" where there is no such column, so that it is not guessed again."""
    return {question.code: question.value or "" for question in questions if not question.open}


def answer(code: str, choices: Sequence[Choice], answers: Answers, otherwise: str | None = None) -> str | None:
    """The answer given, when it is one of the choices."""
    given = answers.get(code)
    return given if given in {choice.value for choice in choices} else otherwise
