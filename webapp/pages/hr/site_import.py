"""Import sites from a file."""

from typing import Any

from webapp.core.authz import me
from webapp.core.errors import N_
from webapp.core.i18n import lang
from webapp.pages.hr.importing import ImportPage, make
from webapp.people import queries as people
from webapp.sites import queries
from webapp.sites.adapters.imports import SitesImport


def _options() -> dict[str, Any]:
    branch_ids = me().branch_ids
    named = {branch.id: branch.name for branch in people.branches(branch_ids)}
    kinds = queries.store_types(branch_ids)
    return {"all_types": [(kind.id, _name(kind, named)) for kind in kinds]}


def _name(kind: Any, named: dict[int, str]) -> str:
    name = kind.name_zh if lang() == "zh" else kind.name_en
    return f"{named[kind.branch_id]} · {name}" if len(named) > 1 else name


bp = make(
    ImportPage(
        SitesImport(),
        name="hr_site_import",
        url="/hr/sites/import",
        heading=N_("Import sites"),
        back="/hr/sites",
        back_label=N_("Sites"),
        options_template="hr/site_import_options.html",
        context=_options,
    )
)
