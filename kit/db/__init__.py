"""The database: one door for change, a read-only default connection, group commit, migrations.

Every process has one `Database`. Reads use plain Tortoise queries: the default
connection is read-only, so a write outside `Database.change` raises instead of
slipping past audit and outbox. Writes happen inside `Database.change`,
`Database.once` or, for insert-only work of many requests at a time,
`Database.write`.
"""

from kit.db.batch import Fresh, Intake, Outcome, Repeat, Stale
from kit.db.change import AuditActor, Change
from kit.db.database import DATABASE_AWAY, Database, Once

__all__ = [
    "DATABASE_AWAY",
    "AuditActor",
    "Change",
    "Database",
    "Fresh",
    "Intake",
    "Once",
    "Outcome",
    "Repeat",
    "Stale",
]
