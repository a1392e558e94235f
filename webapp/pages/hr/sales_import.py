"""Import sales figures from a file."""

from webapp.core.errors import N_
from webapp.pages.hr.importing import ImportPage, make
from webapp.sales.adapters.imports import SalesImport

bp = make(
    ImportPage(
        SalesImport(),
        name="hr_sales_import",
        url="/hr/sales/import",
        heading=N_("Import sales"),
        back="/hr/sales",
        back_label=N_("Sales"),
    )
)
