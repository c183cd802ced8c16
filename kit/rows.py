"""Unsaved rows made without Tortoise's checks, for rows that every message and every filing makes.

`Model(...)` looks at each field for converters, relations and coroutines: some 25 microseconds a row, more than all
else that happens to it. Values given here are those that are stored, as in `Model.construct`, which is as slow.
"""

from __future__ import annotations

from typing import Any, TypeVar

from tortoise.models import Model

M = TypeVar("M", bound=Model)

_shapes: dict[type[Model], dict[str, Any]] = {}


def new_row(kind: type[M], **values: Any) -> M:
    """A row to be inserted. Fields that are not given take a plain default or None. Raises TypeError for unknown ones.

    For models without relations only; the values must be of the types their fields store.
    """
    shape = _shapes.get(kind)
    if shape is None:
        shape = _shapes[kind] = _shape_of(kind)
    if not values.keys() <= shape.keys():
        raise TypeError(f"{kind.__name__} has no {', '.join(sorted(values.keys() - shape.keys()))}")
    row = kind.__new__(kind)
    row.__dict__.update(shape)
    row.__dict__.update(values)
    # What Tortoise's own constructor sets.
    row.__dict__.update(_partial=False, _saved_in_db=False, _custom_generated_pk=False, _await_when_save={})
    return row


def _shape_of(kind: type[Model]) -> dict[str, Any]:
    meta = kind._meta
    if meta.fetch_fields or meta.pk.generated:
        raise TypeError(f"{kind.__name__} has relations, or keys that the database makes")
    shape = {}
    for name in meta.fields:
        default = meta.fields_map[name].default
        shape[name] = None if callable(default) else default
    return shape
