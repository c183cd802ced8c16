"""The routes about figures on one screen: everybody's, and what the discipline inspector looks at."""

from __future__ import annotations

from typing import Any

from casework.permissions import Operation as May
from web.console.figures_acts import export_figures, publish_month
from web.console.figures_page import show_figures
from web.console.inspection_page import show_inspection

FIGURES_ROUTES: tuple[tuple[str, str, May, Any, str], ...] = (
    ("GET", "/figures", May.SEE_FIGURES, show_figures, "figures"),
    ("POST", "/figures/publish", May.PUBLISH_FIGURES, publish_month, "publish_figures"),
    ("POST", "/figures/export/<form:str>", May.EXPORT_FIGURES, export_figures, "export_figures"),
    ("GET", "/inspection", May.SEE_AUDIT, show_inspection, "inspection"),
)
