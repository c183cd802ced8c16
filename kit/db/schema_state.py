"""The models a migration works with, kept as cheaply as a schema without relations allows.

Tortoise renders every model anew for every operation, twice: a copy of the state before, and the state after. That costs
seconds as soon as there are some fifty tables. Rows here have no relations, so a model that an operation does not touch
stays the same class: copies share it, and its query is built once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.models import Model


class SharedApps(StateApps):
    """A registry whose copies hold the same classes."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._built: set[type[Model]] = set()

    def clone(self, model_states: object = None) -> SharedApps:
        """The same classes in a registry of its own: whoever changes a model puts another class in its place."""
        copy = SharedApps(dict(self._default_connections), self._connections)
        copy.apps = {label: dict(models) for label, models in self.apps.items()}
        copy._built = set(self._built)
        return copy

    def unregister_model(self, app_label: str, model_name: str) -> None:
        """Take a class out. It may still stand in a copy, so nothing about it is changed."""
        self.apps.get(app_label, {}).pop(model_name, None)

    def _build_initial_querysets(self) -> None:
        whole, fresh = self.apps, {}
        for label, models in whole.items():
            fresh[label] = {name: model for name, model in models.items() if model not in self._built}
        self.apps = fresh
        try:
            super()._build_initial_querysets()
        finally:
            self.apps = whole
        self._built |= {
            model for models in fresh.values() for model in models.values() if model._meta._inited
        }


class SharedState(State):
    """Its copies hold the same columns: an operation puts another in a column's place and changes none."""

    def clone(self) -> SharedState:
        models = {
            key: replace(model, options=dict(model.options), fields=dict(model.fields))
            for key, model in self.models.items()
        }
        return SharedState(models=models, apps=self.apps.clone(model_states=models))


async def state_after(executor: MigrationExecutor, applied: set[MigrationKey]) -> State:
    """What the models were after these migrations. Applying the next one brings the state on by itself."""
    connections = {
        label: config.get("default_connection", "default")
        for label, config in executor.loader.apps_config.items()
    }
    state = SharedState(models={}, apps=SharedApps(connections))
    for key in executor._full_plan():
        migration = executor.loader.graph.nodes[key]
        if key in applied and migration is not None:
            await migration.apply(state, dry_run=True, schema_editor=None)
    return state
