"""HTML from templates: escaped always, every name in a template must exist, every word from the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import CodeType

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from kit.catalogue import Catalogue
from kit.http.csrf import masked

TEMPLATES = Path(__file__).parent / "templates"

HIDDEN_CSRF = Markup('<input type="hidden" name="csrf_token" value="{}">')


class _CompiledOnce(BytecodeCache):
    """What templates compile to, by name and content: the doors of a process share it."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _CompiledOnce()
_PARTS = {"parts": "console/_parts.html", "ui": "h5/_parts.html"}
"""Templates of macros by the name under which every page knows them: those of the console, those of citizens' pages."""


def warm() -> None:
    """Compile now what every page needs, so that forked processes share it."""
    environment = _environment()
    for template in _PARTS.values():
        environment.get_template(template)


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        # Everything we render is HTML, whatever a template is called.
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=_COMPILED,
    )


class Pages:
    """Renders templates. One per process; templates are compiled once and never looked at again."""

    def __init__(self, catalogue: Catalogue, asset: Callable[[str], str]) -> None:
        """`asset` gives the address of a static file, with a hash of its content in it."""
        self._environment = _environment()
        self._environment.globals.update(t=catalogue.text, asset=asset, csrf=_csrf)
        # Imported once here, so that partials rendered alone find the same macros as whole pages.
        for name, template in _PARTS.items():
            self._environment.globals[name] = self._environment.get_template(template).module

    def render(self, template: str, values: Mapping[str, object]) -> str:
        """The finished HTML."""
        return self._environment.get_template(template).render(values)


def _csrf(frame: object) -> Markup:
    return HIDDEN_CSRF.format(masked(getattr(frame, "csrf_token")))  # noqa: B009  (frames differ by door)
