"""Figures of several processes shown as one page: each counts in its own memory and now and then writes it down.

A process takes a numbered place such as `web-0` by a lock that it holds until it dies. Whoever is asked shows
its own figures as they are and those of the others as they last wrote them, each under its place as the label
`process`: a place whose lock is free belongs to nobody, and its figures are not shown. Counting costs no system
call and a process that dies leaves nothing that must be cleaned up.
"""

from __future__ import annotations

import bisect
import contextlib
import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PLACES_AT_MOST = 256


class _Sample(msgspec.Struct, array_like=True, frozen=True):
    name: str
    labels: dict[str, str]
    value: float


class _Family(msgspec.Struct, array_like=True, frozen=True):
    name: str
    documentation: str
    kind: str
    samples: list[_Sample]


class Board:
    """One process's place in the folder that all processes of an installation share.

    `kind` is "web", "console" or "worker". Raises OSError when the folder takes no files.
    """

    def __init__(self, folder: Path, kind: str, registry: CollectorRegistry) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._registry = registry
        self.place, self._lock = _take_place(folder, kind)

    def publish(self) -> None:
        """Write down the figures of now, whole or not at all; a lost file costs nothing."""
        draft = self._folder / f".{self.place}.draft"
        draft.write_bytes(msgspec.json.encode(_families(self._registry)))
        draft.replace(self._file(self.place))

    def page(self, more: Iterable[Metric] = ()) -> bytes:
        """The figures of all processes that live, in Prometheus's text format, and `more` as they are."""
        merged: dict[str, Metric] = {}
        _add(merged, _families(self._registry), self.place)
        for place in living(self._folder):
            if place != self.place:
                with contextlib.suppress(OSError, msgspec.DecodeError):
                    content = self._file(place).read_bytes()
                    _add(merged, msgspec.json.decode(content, type=list[_Family]), place)
        return generate_latest(_Given([*merged.values(), *more]))

    def close(self) -> None:
        """Leave the place to the next process."""
        self._file(self.place).unlink(missing_ok=True)
        os.close(self._lock)

    def _file(self, place: str) -> Path:
        return self._folder / f"{place}.json"


def living(folder: Path) -> list[str]:
    """The places somebody holds: the processes that run on this data folder, such as `web-0`, `worker-0`."""
    found = []
    for path in sorted(folder.glob("*.lock")):
        with contextlib.suppress(FileNotFoundError):
            lock = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                found.append(path.stem)
            finally:
                os.close(lock)
    return found


def newest_values(folder: Path, name: str) -> dict[str, float]:
    """The sample of this name that each living process last wrote down, by its place. Raises OSError."""
    found: dict[str, float] = {}
    for place in living(folder):
        with contextlib.suppress(FileNotFoundError, msgspec.DecodeError):
            families = msgspec.json.decode((folder / f"{place}.json").read_bytes(), type=list[_Family])
            for sample in (one for family in families for one in family.samples if one.name == name):
                found[place] = sample.value
    return found


def gauge(name: str, documentation: str, values: Iterable[tuple[dict[str, str], float]]) -> Metric:
    """One family of figures read just now."""
    family = Metric(name, documentation, "gauge")
    for labels, value in values:
        family.add_sample(name, labels, float(value))
    return family


class Spread:
    """How long something takes, counted in plain numbers: for paths too short for the library's histogram."""

    __slots__ = ("bounds", "numbers", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        """`bounds` are the upper ends of the buckets, rising; the last bucket has none."""
        self.bounds = tuple(bounds)
        self.numbers = [0] * (len(self.bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        self.numbers[bisect.bisect_left(self.bounds, value)] += 1
        self.total += value

    def add_to(self, family: Metric, labels: dict[str, str]) -> None:
        """Its samples, as a histogram's."""
        count = 0
        for bound, number in zip((*map(str, self.bounds), "+Inf"), self.numbers, strict=True):
            count += number
            family.add_sample(f"{family.name}_bucket", {**labels, "le": bound}, count)
        family.add_sample(f"{family.name}_count", labels, count)
        family.add_sample(f"{family.name}_sum", labels, self.total)


class _Given:
    """What `generate_latest` asks of a registry."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        return iter(self._families)


def _take_place(folder: Path, kind: str) -> tuple[str, int]:
    for number in range(PLACES_AT_MOST):
        place = f"{kind}-{number}"
        lock = os.open(folder / f"{place}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        return place, lock
    raise OSError(f"more than {PLACES_AT_MOST} processes of kind {kind}")


def _families(registry: CollectorRegistry) -> list[_Family]:
    return [
        _Family(
            one.name,
            one.documentation,
            one.type,
            # When a counter was made says nothing that its reset does not.
            [
                _Sample(sample.name, dict(sample.labels), sample.value)
                for sample in one.samples
                if not sample.name.endswith("_created")
            ],
        )
        for one in registry.collect()
    ]


def _add(merged: dict[str, Metric], families: Iterable[_Family], place: str) -> None:
    for one in families:
        family = merged.setdefault(one.name, Metric(one.name, one.documentation, one.kind))
        for sample in one.samples:
            family.add_sample(sample.name, {**sample.labels, "process": place}, sample.value)
