"""What a draw is made from: its terms, strata, items, officers, parties and recusals, and what is wrong with them.

Names are bound to ids here, so that nobody can say afterwards that an id was somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

ALGORITHM: Final = "chengguan-draw-1"
WHOLE: Final = 10_000
"""A rate of so many ten thousandths draws everybody."""
VISITS_AT_MOST: Final = 9_999
TEXT_AT_MOST: Final = 200
TEAM_AT_LEAST, TEAM_AT_MOST = 2, 9
SEED_PLACES_AT_LEAST: Final = 6
"""With fewer possible seeds, whoever makes the nonce could look for one that spares somebody whatever the seed."""

QUIET_DAYS, CLOSED, VISITED_TO_CAP, NO_TEAM = "quiet_days", "closed", "visited_to_cap", "no_team"
AWAY, CONFLICT, CERTIFICATE_LAPSED = "away", "conflict", "certificate_lapsed"
STATED_OF_PARTIES: Final = frozenset({QUIET_DAYS, CLOSED})
STATED_OF_OFFICERS: Final = frozenset({AWAY, CONFLICT})
"""Why a row says that it is left out. The other reasons are found in the draw, from numbers, dates and recusals."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_FORM = re.compile(r"[9f](?:[9f .+-]{0,198}[9f])?", re.ASCII)
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Terms:
    """One draw for one plan. Visits are made from one day to another by teams of so many.

    `visits_at_most`: whoever was visited so often this year is left out; None where there is no cap. `seed_form` says how the
    public number is written (9: a digit, f: a lower-case hexadecimal digit), `seed_source` whose and which one it will be.
    """

    plan: str
    from_on: date
    until_on: date
    visits_at_most: int | None
    team: int
    seed_form: str
    seed_source: str


@dataclass(frozen=True, slots=True)
class Stratum:
    """A class of risk or credit, of which so many in ten thousand are drawn, rounded up."""

    code: str
    per_10000: int


@dataclass(frozen=True, slots=True)
class Item:
    """What is inspected at each party (抽查事项)."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody with a law-enforcement certificate. `barred`: a stated reason, empty for none."""

    id: str
    name: str
    certificate: str
    valid_from_on: date
    valid_until_on: date
    barred: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who may be inspected, visited so often this year. `barred`: a stated reason, empty for none."""

    id: str
    name: str
    stratum: str
    visits: int = 0
    barred: str = ""


@dataclass(frozen=True, slots=True)
class Recusal:
    """This officer does not go to this party. The ground stands nowhere here."""

    officer: str
    party: str


@dataclass(frozen=True, slots=True)
class Rosters:
    """All that is frozen before the draw but the nonce. The order of rows means nothing."""

    terms: Terms
    strata: tuple[Stratum, ...]
    items: tuple[Item, ...]
    officers: tuple[Officer, ...]
    parties: tuple[Party, ...]
    recusals: tuple[Recusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: in which list, with which row, with which field of it."""

    where: str
    row: str
    field: str


class RostersRefused(ValueError):
    """Nothing can be drawn from these; `faults` names every row."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(", ".join(f"{one.where} {one.row}: {one.field}" for one in faults[:20]))
        self.faults = faults


def require_sound(rosters: Rosters) -> None:
    """Raises RostersRefused."""
    if faults := tuple(faults_of(rosters)):
        raise RostersRefused(faults)


def faults_of(rosters: Rosters) -> Iterator[Fault]:
    """Everything that is wrong with the rosters, row by row; twice the same is wrong from the second on."""
    yield from _terms(rosters.terms)
    strata = {one.code for one in rosters.strata}
    yield from _twice("stratum", "code", (one.code for one in rosters.strata))
    for stratum in rosters.strata:
        if not _CODE.fullmatch(stratum.code):
            yield Fault("stratum", stratum.code, "code")
        if not 0 <= stratum.per_10000 <= WHOLE:
            yield Fault("stratum", stratum.code, "per_10000")
    yield from _twice("item", "code", (one.code for one in rosters.items))
    for item in rosters.items:
        if not _CODE.fullmatch(item.code):
            yield Fault("item", item.code, "code")
        if not _is_text(item.name):
            yield Fault("item", item.code, "name")
    yield from _officers(rosters.officers)
    yield from _parties(rosters.parties, strata)
    yield from _recusals(rosters)


def seed_fits(form: str, seed: str) -> bool:
    """Whether a seed is written as its form asks."""
    return len(seed) == len(form) and all(
        given in "0123456789"
        if asked == "9"
        else given in "0123456789abcdef"
        if asked == "f"
        else given == asked
        for asked, given in zip(form, seed, strict=True)
    )


def _terms(terms: Terms) -> Iterator[Fault]:
    if not _ID.fullmatch(terms.plan):
        yield Fault("terms", terms.plan, "plan")
    if terms.until_on < terms.from_on:
        yield Fault("terms", terms.plan, "until_on")
    if terms.visits_at_most is not None and not 1 <= terms.visits_at_most <= VISITS_AT_MOST:
        yield Fault("terms", terms.plan, "visits_at_most")
    if not TEAM_AT_LEAST <= terms.team <= TEAM_AT_MOST:
        yield Fault("terms", terms.plan, "team")
    places = sum(terms.seed_form.count(one) for one in "9f")
    if not _FORM.fullmatch(terms.seed_form) or places < SEED_PLACES_AT_LEAST:
        yield Fault("terms", terms.plan, "seed_form")
    if not _is_text(terms.seed_source):
        yield Fault("terms", terms.plan, "seed_source")


def _officers(officers: tuple[Officer, ...]) -> Iterator[Fault]:
    yield from _twice("officer", "id", (one.id for one in officers))
    yield from _twice("officer", "certificate", (one.certificate for one in officers))
    for one in officers:
        if not _ID.fullmatch(one.id):
            yield Fault("officer", one.id, "id")
        if not _is_text(one.name):
            yield Fault("officer", one.id, "name")
        if not _is_text(one.certificate):
            yield Fault("officer", one.id, "certificate")
        if one.valid_until_on < one.valid_from_on:
            yield Fault("officer", one.id, "valid_until_on")
        if one.barred and one.barred not in STATED_OF_OFFICERS:
            yield Fault("officer", one.id, "barred")


def _parties(parties: tuple[Party, ...], strata: set[str]) -> Iterator[Fault]:
    yield from _twice("party", "id", (one.id for one in parties))
    for one in parties:
        if not _ID.fullmatch(one.id):
            yield Fault("party", one.id, "id")
        if not _is_text(one.name):
            yield Fault("party", one.id, "name")
        if one.stratum not in strata:
            yield Fault("party", one.id, "stratum")
        if not 0 <= one.visits <= VISITS_AT_MOST:
            yield Fault("party", one.id, "visits")
        if one.barred and one.barred not in STATED_OF_PARTIES:
            yield Fault("party", one.id, "barred")


def _recusals(rosters: Rosters) -> Iterator[Fault]:
    officers, parties = {one.id for one in rosters.officers}, {one.id for one in rosters.parties}
    yield from _twice("recusal", "officer", (f"{one.officer} {one.party}" for one in rosters.recusals))
    for one in rosters.recusals:
        if one.officer not in officers:
            yield Fault("recusal", f"{one.officer} {one.party}", "officer")
        if one.party not in parties:
            yield Fault("recusal", f"{one.officer} {one.party}", "party")


def _twice(where: str, field: str, values: Iterable[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            yield Fault(where, value, f"{field} twice")
        seen.add(value)


def _is_text(text: str) -> bool:
    """One line that can be seen whole."""
    return 0 < len(text) <= TEXT_AT_MOST and text == text.strip() and not _UNSEEN.search(text)
