"""What the pages beside the list show: entry at the window, visits, other organs, permits in force."""

from __future__ import annotations

from dataclasses import dataclass

from web.console.case_screens import Coordinates
from web.console.document_screens import PapersPanel
from web.console.permit_screens import (
    ClashRow,
    HandedIn,
    MaterialRow,
    PermitAct,
    PermitAsk,
    ShownField,
    SurveyRow,
    SurveyShot,
)
from web.console.screens import Chip, Countdown, Fact, Link, Note


@dataclass(frozen=True, kw_only=True)
class KindRow:
    name: str
    plain: str
    summary: str
    acts: tuple[tuple[str, str], ...]
    action: str


@dataclass(frozen=True, kw_only=True)
class DraftRow:
    href: str
    kind: str
    act: str
    at: str


@dataclass(frozen=True, kw_only=True)
class CallRow:
    """What is to be said to somebody by telephone."""

    id: str
    href: str
    reference: str
    kind: str
    words: str
    at: str


@dataclass(frozen=True, kw_only=True)
class CallsPage:
    """Whom to phone."""

    places: tuple[Link, ...]
    rows: tuple[CallRow, ...]
    action: str
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NewPermitPage:
    """What can be entered at the window, and what was begun."""

    places: tuple[Link, ...]
    kinds: tuple[KindRow, ...]
    drafts: tuple[DraftRow, ...]
    code: PermitAsk
    handover: str
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DraftMaterial:
    code: str
    name: str
    hint: str
    help: str
    files: tuple[HandedIn, ...]
    removes: tuple[tuple[str, str], ...]
    wrong: str
    takes_more: bool
    accept: str


@dataclass(frozen=True, kw_only=True)
class DraftPage:
    """One step of a form that is filled in for somebody. `verdict` is why it ends here; of a correction, `asked` is what was
    asked for and `rest` what stays as it is.
    """

    title: str
    act: str
    steps: tuple[Link, ...]
    step: str
    step_title: str
    action: str
    revision: str
    asks: tuple[PermitAsk, ...]
    verdict: Note | None
    materials: tuple[DraftMaterial, ...]
    summary: tuple[ShownField, ...]
    asked: tuple[ShownField, ...]
    rest: tuple[ShownField, ...]
    faults: tuple[Link, ...]
    clashes: tuple[ClashRow, ...]
    notes: tuple[Note, ...]
    is_ready: bool
    deliveries: PermitAsk | None
    checked: PermitAsk | None
    seen: tuple[PermitAsk, ...]
    button: str
    saved: str


@dataclass(frozen=True, kw_only=True)
class ReceiptPage:
    reference: str
    kind: str
    holder: str
    at: str
    secret: str
    where: str
    lines: tuple[str, ...]
    basis: str
    fee: str
    back: str


@dataclass(frozen=True, kw_only=True)
class VisitRow:
    href: str
    title: str
    place: str
    geo: str
    due: Countdown | None
    when: str
    state: Chip
    who: str
    reference: str


@dataclass(frozen=True, kw_only=True)
class VisitsOfMinePage:
    rows: tuple[VisitRow, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, kw_only=True)
class VisitPage:
    """One visit on the officer's phone. `nonce` binds photos to it while it is open."""

    title: str
    reference: str
    back: str
    state: Chip
    due: Countdown | None
    place: str
    geo: str
    facts: tuple[Fact, ...]
    notes: tuple[Note, ...]
    photos: tuple[SurveyShot, ...]
    nonce: str
    photo_action: str
    record: PermitAct | None
    confirm: PermitAct | None
    findings: str
    found: tuple[Fact, ...]
    application: str


@dataclass(frozen=True, kw_only=True)
class AskedRow:
    href: str
    organ: str
    kind: str
    place: str
    reference: str
    state: Chip
    due: Countdown | None


@dataclass(frozen=True, kw_only=True)
class AskedPage:
    tabs: tuple[Link, ...]
    rows: tuple[AskedRow, ...]
    nothing: str


@dataclass(frozen=True, kw_only=True)
class CoSignPage:
    """What one organ is asked."""

    reference: str
    organ: str
    kind: str
    basis: str
    state: Chip
    due: Countdown | None
    notes: tuple[Note, ...]
    facts: tuple[Fact, ...]
    fields: tuple[ShownField, ...]
    coordinates: Coordinates | None
    materials: tuple[MaterialRow, ...]
    surveys: tuple[SurveyRow, ...]
    said: str
    act: PermitAct | None
    revision: str


@dataclass(frozen=True, kw_only=True)
class HeldRow:
    href: str
    number: str
    kind: str
    holder: str
    place: str
    state: Chip
    until: str


@dataclass(frozen=True, kw_only=True)
class HeldPage:
    """Granted permits."""

    places: tuple[Link, ...]
    tabs: tuple[Link, ...]
    find: str
    rows: tuple[HeldRow, ...]
    nothing: str
    note: str
    more: str
    first: str
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HeldPermitPage:
    """One granted permit."""

    number: str
    reference: str
    revision: str
    title: str
    state: Chip
    notes: tuple[Note, ...]
    facts: tuple[Fact, ...]
    terms: tuple[str, ...]
    coordinates: Coordinates | None
    checks: tuple[SurveyRow, ...]
    papers: PapersPanel | None
    acts: tuple[PermitAct, ...]
    application: str
    replaces: Link | None
    replaced_by: Link | None
    begins: tuple[tuple[str, str], ...]
    begin_action: str
    permit_id: str
