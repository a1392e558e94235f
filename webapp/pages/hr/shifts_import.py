"""Import who works which shift on which day from a file."""

from webapp.core.errors import N_
from webapp.pages.hr.importing import ImportPage, make
from webapp.schedules.adapters.imports import ShiftsImport

bp = make(
    ImportPage(
        ShiftsImport(),
        name="hr_shifts_import",
        url="/hr/schedule/import-shifts",
        heading=N_("Import shifts"),
        back="/hr/schedule",
        back_label=N_("Schedule"),
    )
)
