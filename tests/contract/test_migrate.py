"""Migrations on populated databases, on both engines: once, under a lock, after a backup, checked."""

from __future__ import annotations

import asyncio
import gzip
import importlib
import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

from kit.db.migrate import MigrationError, migrate

FIRST_MODELS = """
    from tortoise import fields
    from tortoise.models import Model

    class Parent(Model):
        id = fields.IntField(primary_key=True)
        name = fields.CharField(max_length=20, db_index=True)
        class Meta:
            table = "parent"

    class Child(Model):
        id = fields.IntField(primary_key=True)
        parent = fields.ForeignKeyField("chengguan.Parent", on_delete=fields.CASCADE)
        class Meta:
            table = "child"
"""
SECOND_MODELS = FIRST_MODELS.replace("max_length=20, db_index=True", "max_length=80, db_index=True")
FIRST = """
    from tortoise import fields, migrations
    from tortoise.migrations import operations as ops

    class Migration(migrations.Migration):
        initial = True
        operations = [
            ops.CreateModel(
                name="Parent",
                fields=[("id", fields.IntField(primary_key=True)),
                        ("name", fields.CharField(max_length=20, db_index=True))],
                options={"table": "parent", "app": "chengguan", "pk_attr": "id"}, bases=["Model"],
            ),
            ops.CreateModel(
                name="Child",
                fields=[("id", fields.IntField(primary_key=True)),
                        ("parent", fields.ForeignKeyField("chengguan.Parent", on_delete=fields.CASCADE))],
                options={"table": "child", "app": "chengguan", "pk_attr": "id"}, bases=["Model"],
            ),
        ]
"""
SECOND = """
    from tortoise import fields, migrations
    from tortoise.migrations import operations as ops

    class Migration(migrations.Migration):
        dependencies = [("chengguan", "0001_first")]
        operations = [
            ops.AlterField("Parent", "name", fields.CharField(max_length=80, db_index=True)),
        ]
"""
WRONG = """
    from tortoise import fields, migrations
    from tortoise.migrations import operations as ops

    class Migration(migrations.Migration):
        dependencies = [("chengguan", "0001_first")]
        operations = [
            ops.AlterField("Parent", "name", fields.CharField(max_length=80, db_index=True)),
            ops.RunSQL("SELECT * FROM no_such_table"),
        ]
"""


class Project:
    """A little project of two tables in a folder of its own, on the path of this process and of children."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        (folder / name / "steps").mkdir(parents=True)
        (folder / name / "__init__.py").touch()
        (folder / name / "steps" / "__init__.py").touch()

    def write(self, models: str, **steps: str) -> None:
        (self.folder / self.name / "models.py").write_text(textwrap.dedent(models))
        for step, source in steps.items():
            (self.folder / self.name / "steps" / f"{step}.py").write_text(textwrap.dedent(source))
        for module in [one for one in sys.modules if one.startswith(self.name)]:
            del sys.modules[module]
        importlib.invalidate_caches()

    async def migrate(self, url: str) -> list[str]:
        report = await migrate(
            url,
            [f"{self.name}.models"],
            backup_folder=self.folder / "backups",
            migrations=f"{self.name}.steps",
        )
        return report.applied

    def script(self, url: str) -> list[str]:
        source = (
            f"import sys, asyncio; sys.path.insert(0, {str(self.folder)!r})\n"
            "from pathlib import Path\nfrom kit.db.migrate import migrate\n"
            f"r = asyncio.run(migrate({url!r}, ['{self.name}.models'], "
            f"backup_folder=Path({str(self.folder / 'backups')!r}), migrations='{self.name}.steps'))\n"
            "print(','.join(r.applied))\n"
        )
        return [sys.executable, "-c", source]


@pytest.fixture
def project(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Project]:
    name = f"little_{abs(hash(request.node.nodeid)):x}"
    sys.path.insert(0, str(tmp_path))
    yield Project(tmp_path, name)
    sys.path.remove(str(tmp_path))
    for module in [one for one in sys.modules if one.startswith(name)]:
        del sys.modules[module]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path / 'little.db'}"
        return
    url: str = request.getfixturevalue("postgres_url")
    asyncio.run(_empty(url))
    yield url


async def _empty(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await connection.close()


async def run_sql(url: str, statement: str) -> list[tuple[object, ...]]:
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite://"))) as connection:
            rows = connection.execute(statement).fetchall()
            connection.commit()
            return rows
    other = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await other.fetch(statement)]
    finally:
        await other.close()


async def populate(url: str) -> None:
    for number in range(1, 41):
        await run_sql(url, f"INSERT INTO parent (id, name) VALUES ({number}, 'p{number}')")
        await run_sql(url, f"INSERT INTO child (id, parent_id) VALUES ({number}, {number})")


async def test_an_altered_column_keeps_rows_children_and_indexes(project: Project, empty_url: str) -> None:
    project.write(FIRST_MODELS, **{"0001_first": FIRST})
    assert await project.migrate(empty_url) == ["0001_first"]
    await populate(empty_url)
    project.write(SECOND_MODELS, **{"0002_second": SECOND})
    assert await project.migrate(empty_url) == ["0002_second"]
    assert await run_sql(empty_url, "SELECT count(*) FROM parent") == [(40,)]
    assert await run_sql(empty_url, "SELECT count(*) FROM child") == [(40,)]
    # Comparison with the models passed inside migrate: the index is still there.
    assert await project.migrate(empty_url) == []


async def test_a_populated_database_is_copied_before_its_schema_changes(
    project: Project, empty_url: str
) -> None:
    project.write(FIRST_MODELS, **{"0001_first": FIRST})
    await project.migrate(empty_url)
    await populate(empty_url)
    project.write(SECOND_MODELS, **{"0002_second": SECOND})
    await project.migrate(empty_url)
    (backup,) = (project.folder / "backups").iterdir()
    if empty_url.startswith("sqlite"):
        assert await run_sql(f"sqlite://{backup}", "SELECT count(*) FROM child") == [(40,)]
    else:
        assert len(gzip.decompress((backup / "child.csv.gz").read_bytes()).splitlines()) == 41


async def test_a_step_that_fails_leaves_the_database_as_it_was(project: Project, empty_url: str) -> None:
    project.write(FIRST_MODELS, **{"0001_first": FIRST})
    await project.migrate(empty_url)
    await populate(empty_url)
    project.write(SECOND_MODELS, **{"0002_second": WRONG})
    with pytest.raises(Exception, match="no_such_table"):
        await project.migrate(empty_url)
    assert await run_sql(empty_url, "SELECT count(*) FROM tortoise_migrations") == [(1,)]
    assert await run_sql(empty_url, "SELECT count(*) FROM child") == [(40,)]
    project.write(SECOND_MODELS, **{"0002_second": SECOND})
    assert await project.migrate(empty_url) == ["0002_second"]


async def test_a_schema_that_differs_from_the_models_is_named(project: Project, empty_url: str) -> None:
    project.write(FIRST_MODELS, **{"0001_first": FIRST})
    await project.migrate(empty_url)
    await run_sql(empty_url, "ALTER TABLE child ADD COLUMN stray INTEGER")
    with pytest.raises(MigrationError, match="stray"):
        await project.migrate(empty_url)


async def test_a_database_newer_than_the_program_is_refused(project: Project, empty_url: str) -> None:
    project.write(FIRST_MODELS, **{"0001_first": FIRST})
    await project.migrate(empty_url)
    await run_sql(
        empty_url,
        "INSERT INTO tortoise_migrations (app, name, applied_at) "
        "VALUES ('chengguan', '0099_future', '2030-01-01 00:00:00+00:00')",
    )
    with pytest.raises(MigrationError, match="0099_future"):
        await project.migrate(empty_url)


def test_four_migrations_started_at_once_apply_each_step_once(project: Project, empty_url: str) -> None:
    project.write(SECOND_MODELS, **{"0001_first": FIRST, "0002_second": SECOND})
    runs = [
        subprocess.Popen(project.script(empty_url), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    outputs = [run.communicate(timeout=60) for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0, 0], outputs
    applied = sorted(out.decode().strip() for out, _ in outputs)
    assert applied == ["", "", "", "0001_first,0002_second"]


def test_a_migration_killed_at_any_moment_can_be_run_again(project: Project, empty_url: str) -> None:
    project.write(SECOND_MODELS, **{"0001_first": FIRST, "0002_second": SECOND})
    dice = random.Random(20)
    for _ in range(4):
        run = subprocess.Popen(
            project.script(empty_url), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            run.wait(dice.uniform(0.5, 1.6))
        except subprocess.TimeoutExpired:
            run.send_signal(signal.SIGKILL)
            run.wait()
    last = subprocess.run(project.script(empty_url), capture_output=True, timeout=60, check=False)
    assert last.returncode == 0, last.stderr
    assert asyncio.run(run_sql(empty_url, "SELECT count(*) FROM tortoise_migrations")) == [(2,)]


async def test_the_shipped_migrations_say_what_the_models_say() -> None:
    from app.makemigrations import pending_changes

    assert await pending_changes() == []
