"""Import a roster from a file: people x dates."""

from webapp.core.errors import N_
from webapp.pages.hr.importing import ImportPage, make
from webapp.schedules.adapters.imports import RosterImport

bp = make(
    ImportPage(
        RosterImport(),
        name="hr_roster_import",
        url="/hr/schedule/import-roster",
        heading=N_("Import a roster"),
        back="/hr/schedule",
        back_label=N_("Schedule"),
    )
)
