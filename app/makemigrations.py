"""`python -m app.makemigrations NAME`: write the migration that the models ask for, to be reviewed by hand."""

from __future__ import annotations

import asyncio
import sys

from tortoise import context as tortoise_context
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.operations import AlterModelOptions, CreateModel

from app.models import MODEL_MODULES
from kit.db.database import APP, tortoise_config


async def pending_changes(name: str | None = None, *, write: bool = False) -> list[str]:
    """The migrations that are missing, as Python source; also written to `migrations/` when asked."""
    config = tortoise_config("sqlite://:memory:", MODEL_MODULES)
    context = TortoiseContext()
    await context.init(config=config, init_connections=False)
    token = tortoise_context._current_context.set(context)
    try:
        assert context.apps is not None
        detector = MigrationAutodetector(context.apps, config["apps"])
        writers = await detector.changes()
        for writer in writers:
            writer.operations = [one for one in writer.operations if not isinstance(one, AlterModelOptions)]
            for operation in writer.operations:
                # Docstrings are no part of a schema, and Tortoise splits its SQL at
                # their semicolons.
                if isinstance(operation, CreateModel) and operation.options:
                    operation.options.pop("table_description", None)
        writers = [writer for writer in writers if writer.operations]
        for writer in writers:
            if name and write:
                writer.name = f"{writer.name.split('_', 1)[0]}_{name}"
            if write:
                writer.write()
        return [writer.as_string() for writer in writers]
    finally:
        tortoise_context._current_context.reset(token)


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: python -m app.makemigrations NAME", file=sys.stderr)
        return 2
    written = asyncio.run(pending_changes(sys.argv[1], write=True))
    print(f"{len(written)} migration(s) written for {APP}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
