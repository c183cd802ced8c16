"""Errors whose text is a sentence for the operator: printed as such, exit code 2."""

from __future__ import annotations


class CommandRefused(Exception):
    """A command was given something it cannot use; the text says what."""


def refusals() -> tuple[type[Exception], ...]:
    """All of them. Whoever refuses nothing, nor looks at what was raised, does not wait for their modules."""
    from app.database import NotReady
    from app.demo import DemoError
    from app.forking import CannotBind
    from casework.complaints.profile import PolicyError
    from kit.calendar import CalendarError
    from kit.db.backup import CopyDamaged, SchemaMoves
    from kit.db.migrate import MigrationError
    from kit.db.refusal import DatabaseRefused
    from kit.profile import ProfileError
    from kit.sealed_keys import SealedKeysError
    from kit.secrets import KeyRingError
    from kit.settings import SettingsError
    from kit.table_files import TableError
    from kit.valkey import ValkeyError

    return (
        CalendarError,
        CannotBind,
        CommandRefused,
        CopyDamaged,
        DatabaseRefused,
        DemoError,
        KeyRingError,
        MigrationError,
        NotReady,
        PolicyError,
        ProfileError,
        SchemaMoves,
        SealedKeysError,
        SettingsError,
        TableError,
        ValkeyError,
    )
