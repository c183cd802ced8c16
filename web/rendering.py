"""HTML from templates: escaped always, every name in a template must exist, every word from the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kit.catalogue import Catalogue
from kit.http.csrf import masked

TEMPLATES = Path(__file__).parent / "templates"

HIDDEN_CSRF = Markup('<input type="hidden" name="csrf_token" value="{}">')


class Pages:
    """Renders templates. One per process; templates are compiled once and never looked at again."""

    def __init__(self, catalogue: Catalogue, asset: Callable[[str], str]) -> None:
        """`asset` gives the address of a static file, with a hash of its content in it."""
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            # Everything we render is HTML, whatever a template is called.
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        self._environment.globals.update(t=catalogue.text, asset=asset, csrf=_csrf)
        # Imported once here, so that partials rendered alone find the same macros as whole pages.
        # `parts` are those of the console, `ui` those of the citizens' pages.
        self._environment.globals["parts"] = self._environment.get_template("console/_parts.html").module
        self._environment.globals["ui"] = self._environment.get_template("h5/_parts.html").module

    def render(self, template: str, values: Mapping[str, object]) -> str:
        """The finished HTML."""
        return self._environment.get_template(template).render(values)


def _csrf(frame: object) -> Markup:
    return HIDDEN_CSRF.format(masked(getattr(frame, "csrf_token")))  # noqa: B009  (frames differ by door)
