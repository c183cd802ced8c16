"""Every fault by its name: each module `environment_*`, `process_*` and `platform_*` lists its own in FAULTS."""

from __future__ import annotations

import importlib
import pkgutil

import tests.faults
from tests.faults.fault import Fault

KINDS = ("environment_", "process_", "platform_")


def _collected() -> dict[str, Fault]:
    faults: dict[str, Fault] = {}
    for module in sorted(found.name for found in pkgutil.iter_modules(tests.faults.__path__)):
        if not module.startswith(KINDS):
            continue
        listed: tuple[Fault, ...] = importlib.import_module(f"tests.faults.{module}").FAULTS
        for fault in listed:
            assert fault.name not in faults, f"two faults are called {fault.name}"
            faults[fault.name] = fault
    return faults


FAULTS: dict[str, Fault] = _collected()
