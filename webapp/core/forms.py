"""Forms: what a person typed, what it means, and what is wrong with it."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, ValidationError
from werkzeug.datastructures import MultiDict

from webapp.core.errors import DomainError
from webapp.core.i18n import explain, say


class Form(BaseModel):
    """Base of all forms: strings are trimmed, an empty string is "not given"."""

    model_config = ConfigDict(str_strip_whitespace=True, extra="ignore", frozen=True)


F = TypeVar("F", bound=Form)


class Bound(Generic[F]):
    """A form with its raw values and errors, for showing it again without losing a letter.

    `values` maps names to strings (lists for multiple choice); `errors` maps names to sentences.
    """

    def __init__(self, values: Mapping[str, Any], data: F | None = None) -> None:
        self.values: dict[str, Any] = dict(values)
        self.errors: dict[str, str] = {}
        self._data = data

    @property
    def ok(self) -> bool:
        return not self.errors and self._data is not None

    @property
    def data(self) -> F:
        if self._data is None:
            raise RuntimeError("the form has errors; look at .ok first")
        return self._data

    @property
    def status(self) -> int:
        return 422 if self.errors else 200

    def fail(self, error: DomainError) -> "Bound[F]":
        """Show a refusal beside its field, or above the form when it belongs to none."""
        self.errors[error.field or ""] = explain(error)
        return self

    def refuse(self, error: DomainError) -> "Bound[F]":
        """The same, except for what is not there or not theirs as a whole: that is raised again."""
        if error.status == 403 or (error.status == 404 and error.field is None):
            raise error
        return self.fail(error)


def read_form(model: type[F], source: Mapping[str, Any] | None = None) -> Bound[F]:
    """Parse the request's form (or `source`) with a pydantic model; never raises."""
    raw = _flatten(model, request.form if source is None else source)
    bound: Bound[F] = Bound(raw)
    given = {name: value for name, value in raw.items() if value not in ("", None)}
    try:
        bound._data = model.model_validate(given)
    except ValidationError as error:
        for item in error.errors():
            name = str(item["loc"][0]) if item["loc"] else ""
            bound.errors.setdefault(name, _sentence(item))
    return bound


def blank(values: Mapping[str, Any] | None = None) -> Bound[Any]:
    """A form to show for the first time."""
    return Bound({name: "" if value is None else value for name, value in (values or {}).items()})


def _flatten(model: type[Form], source: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(source, MultiDict):
        return dict(source)
    many = {name for name, info in model.model_fields.items() if _is_many(info.annotation)}
    names = {*source, *many}
    return {name: source.getlist(name) if name in many else source.get(name, "").strip() for name in names}


def _is_many(annotation: object) -> bool:
    return str(annotation).startswith(("list", "tuple"))


_CODES = {
    "missing": ("required", ()),
    "date_from_datetime_parsing": ("not_a_date", ()),
    "date_parsing": ("not_a_date", ()),
    "time_parsing": ("not_a_time", ()),
    "enum": ("not_a_choice", ()),
    "literal_error": ("not_a_choice", ()),
    "string_too_long": ("too_long", ("max_length",)),
    "string_too_short": ("too_short", ("min_length",)),
    "greater_than_equal": ("too_low", ("ge",)),
    "greater_than": ("too_low", ("gt",)),
    "less_than_equal": ("too_high", ("le",)),
    "less_than": ("too_high", ("lt",)),
}


def _sentence(item: Any) -> str:
    kind, context = item["type"], item.get("ctx", {})
    if kind in _CODES:
        code, keys = _CODES[kind]
        return say(code, **({"limit": context[keys[0]]} if keys else {}))
    if kind.startswith(("int_", "float_", "decimal_", "finite_number")):
        return say("not_a_number", example="15")
    error = context.get("error")
    if isinstance(error, DomainError):
        return explain(error)
    return say("not_valid")
