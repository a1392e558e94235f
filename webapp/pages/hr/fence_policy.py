"""The fence policy of a branch and of its store types: form, what would change for whom, save."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from flask import Blueprint, Response, flash

from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError, NotFound
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import lang, say
from webapp.pages.hr.site_fence import word
from webapp.people import queries as people
from webapp.people.models import Branch
from webapp.sites import queries, service
from webapp.sites.models import StoreType
from webapp.sites.queries import TypeFence
from webapp.sites.rules import policy as rules
from webapp.sites.rules.policy import FencePolicy

bp = Blueprint("hr_fence_policy", __name__, url_prefix="/hr")


class FenceForm(Form):
    uncertain: Literal["review", "accept"] | None = None
    outside: Literal["exception", "field", "ask"] | None = None
    remark: Literal["none", "outside", "always"] | None = None
    photo: Literal["none", "optional", "required"] | None = None
    approval: Literal["before", "after"] | None = None
    offline_hours: int | None = None
    radius_min: int | None = None
    radius_max: int | None = None
    version: int = 0
    sure: int = 0
    again: int = 0
    """Back from what would change to the form, as it was typed."""


@dataclass(frozen=True, slots=True)
class Change:
    """One setting as it would change, and whom it reaches."""

    label: str
    before: str
    after: str
    reach: str
    spared: str = ""


@bp.get("/settings/<int:branch_id>/fence")
@allow(*OFFICE)
def branch(branch_id: int) -> Response:
    return _show_branch(_branch(branch_id))


@bp.post("/settings/<int:branch_id>/fence")
@allow(*OFFICE)
def change_branch(branch_id: int) -> Response:
    """Without `sure` it says what would change for whom."""
    found, form = _branch(branch_id), read_form(FenceForm)
    try:
        if not form.ok or form.data.again:
            return _show_branch(found, form)
        new = rules.of_branch(_given(form))
        types = queries.type_fences(branch_id)
        if form.data.sure or new == found.fence_policy:
            return _save(form, service.set_branch_fence, f"/hr/settings/{branch_id}", branch_id=branch_id)
    except DomainError as error:
        return _show_branch(found, form.refuse(error))
    before, after = FencePolicy.of(found.fence_policy), FencePolicy.of(new)
    spared = {name: [kind for kind in types if name in kind.own] for name in rules.NAMES}
    changes = [_change(name, before, after, types, spared[name]) for name in rules.NAMES]
    odd = sum(kind.out_of(FencePolicy.of(new, kind.own)) for kind in types)
    return _check(form, changes, odd, **_branch_frame(found))


@bp.get("/sites/store-types/<int:store_type_id>/fence")
@allow(*OFFICE)
def store_type(store_type_id: int) -> Response:
    return _show_type(_type(store_type_id))


@bp.post("/sites/store-types/<int:store_type_id>/fence")
@allow(*OFFICE)
def change_type(store_type_id: int) -> Response:
    """Without `sure` it says what would change for whom."""
    found, form = _type(store_type_id), read_form(FenceForm)
    base = _branch(found.branch_id).fence_policy
    try:
        if not form.ok or form.data.again:
            return _show_type(found, form)
        new = rules.of_store_type(_given(form), base)
        if form.data.sure or new == found.fence_policy:
            back = f"/hr/sites/store-types/{store_type_id}"
            return _save(form, service.set_type_fence, back, store_type_id=store_type_id)
    except DomainError as error:
        return _show_type(found, form.refuse(error))
    [mine] = [kind for kind in queries.type_fences(found.branch_id) if kind.id == store_type_id]
    before, after = FencePolicy.of(base, found.fence_policy), FencePolicy.of(base, new)
    changes = [_change(name, before, after, [mine], []) for name in rules.NAMES]
    return _check(form, changes, mine.out_of(after), **_type_frame(found))


def _save(form: Bound[FenceForm], verb: Any, back: str, **which: int) -> Response:
    do(verb, by=me(), version=form.data.version, settings=_given(form), at=clock.now(), **which)
    flash(gettext("Saved."), "ok")
    return hx.redirect(back)


def _check(form: Bound[FenceForm], changes: Sequence[Change | None], odd: int, **frame: Any) -> Response:
    told = [change for change in changes if change is not None]
    return hx.respond("hr/fence_check.html", form=form, changes=told, odd=odd, names=rules.NAMES, **frame)


def _change(
    name: str, before: FencePolicy, after: FencePolicy, types: Sequence[TypeFence], spared: Sequence[TypeFence]
) -> Change | None:
    old, new = getattr(before, name), getattr(after, name)
    if old == new:
        return None
    reached = [kind for kind in types if kind not in spared]
    reach = ", ".join(_counted(kind) for kind in reached) or gettext("No site")
    return Change(say(f"field_fence_{name}"), word(name, old), word(name, new), reach, ", ".join(map(_counted, spared)))


def _counted(kind: TypeFence) -> str:
    return f"{kind.name_zh if lang() == 'zh' else kind.name_en} ({kind.sites})"


def _show_branch(found: Branch, form: Bound[Any] | None = None) -> Response:
    values = rules.told(found.fence_policy)
    return _show(form, {name: values[f"fence_{name}"] for name in rules.NAMES}, found.version, **_branch_frame(found))


def _show_type(found: StoreType, form: Bound[Any] | None = None) -> Response:
    base = FencePolicy.of(_branch(found.branch_id).fence_policy)
    inherited = {name: word(name, getattr(base, name)) for name in rules.NAMES}
    return _show(form, found.fence_policy, found.version, inherited=inherited, **_type_frame(found))


def _show(form: Bound[Any] | None, values: Mapping[str, Any], version: int, **frame: Any) -> Response:
    """The version becomes the newest, so that saving again is a decision."""
    data = form or blank({name: values.get(name) for name in rules.NAMES})
    data.values["version"] = version
    options = {name: [(one, word(name, one)) for one in choices] for name, choices in rules.CHOICES.items()}
    context = {"form": form, "data": data, "options": options, "numbers": rules.NUMBERS, **frame}
    return hx.respond("hr/fence_policy.html", status=data.status, **context)


def _branch_frame(found: Branch) -> dict[str, Any]:
    trail = [("/hr/settings", gettext("Settings")), (f"/hr/settings/{found.id}", found.name)]
    return {"action": f"/hr/settings/{found.id}/fence", "trail": trail, "whose": found.name}


def _type_frame(found: StoreType) -> dict[str, Any]:
    name, home = found.name_zh if lang() == "zh" else found.name_en, f"/hr/sites/store-types/{found.id}"
    trail = [("/hr/sites/store-types", gettext("Store types")), (home, name)]
    return {"action": f"{home}/fence", "trail": trail, "whose": name}


def _given(form: Bound[FenceForm]) -> dict[str, Any]:
    return {name: getattr(form.data, name) for name in rules.NAMES}


def _branch(branch_id: int) -> Branch:
    found = people.branch(branch_id) if branch_id in me().branch_ids else None
    if found is None:
        raise NotFound("not_found")
    return found


def _type(store_type_id: int) -> StoreType:
    found = next((kind for kind in queries.store_types(me().branch_ids) if kind.id == store_type_id), None)
    if found is None:
        raise NotFound("not_found")
    return found
