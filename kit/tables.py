"""Where every model comes from: Tortoise's own class, defined without looking for comments.

For each model Tortoise reads and parses its whole source file, in search of comments that begin with `#:` and become
descriptions in the database. None of ours does; a hundred models would cost every process a fifth of a second.
"""

from __future__ import annotations

from tortoise import models
from tortoise.models import Model

__all__ = ["Model"]


def _no_comments(cls: type[Model]) -> dict[str, str]:
    return {}


models._get_comments = _no_comments
