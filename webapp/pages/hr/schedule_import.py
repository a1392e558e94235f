"""Import planned visits from a file."""

from webapp.core.errors import N_
from webapp.pages.hr.importing import ImportPage, make
from webapp.schedules.adapters.imports import PlansImport

bp = make(
    ImportPage(
        PlansImport(),
        name="hr_schedule_import",
        url="/hr/schedule/import",
        heading=N_("Import plans"),
        back="/hr/schedule",
        back_label=N_("Schedule"),
    )
)
