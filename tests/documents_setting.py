"""A desk that issues papers, for tests: the shipped templates and samples, and a process that sets them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import msgspec

from app.documents import shipped_samples, shipped_templates
from casework.actors import Actor
from casework.documents.desk import DocumentDesk, Issuer, Typesetter
from casework.documents.issuing import IssueRequest
from casework.documents.papers import UNNUMBERED, Paper, Particulars
from casework.documents.rendering import Typesetting
from casework.documents.sheets import Sheet
from casework.permits.kinds import Papers
from kit.db import Database
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from tests import read_once

ISSUER = Issuer(
    name="清水市城市管理执法局",
    short="清",
    address="清水市湖滨路 1 号",
    phone="0000-8212345",
    window="市政务服务大厅 12 号城管窗口",
    window_address="清水市文渊路 8 号",
    window_phone="0000-8212012",
    hours="工作日 8:30—12:00、14:00—17:30",
)
AT = int(datetime(2026, 11, 30, 2, 0, tzinfo=UTC).timestamp())
NUMBER = "清城管许准字〔2026〕第032号"


async def anybody(actor: Actor, about_id: UUID) -> bool:
    """Every paper is everybody's."""
    return True


def documents_on(db: Database, typesetter: Typesetter | None = None) -> DocumentDesk:
    """A desk with keys of its own."""
    setter = typesetter or Typesetting()
    return DocumentDesk(
        db=db,
        sealer=FieldSealer(KeyRing.random()),
        catalogue=read_once.catalogue(),
        issuer=ISSUER,
        typesetter=setter,
        previewer=setter,
        shipped=shipped_templates(),
        samples=shipped_samples(),
        sight={"permit_application": anybody},
    )


def sample(paper: Paper, **other: object) -> Particulars:
    """The sample's particulars, some of them otherwise."""
    return msgspec.structs.replace(shipped_samples()[paper], **other)


def request_for(paper: Paper, about: UUID, **forms: object) -> IssueRequest:
    """A paper about an application."""
    return IssueRequest(
        paper=paper,
        about_kind="permit_application",
        about_id=about,
        forms=msgspec.convert(forms, Papers),
        data=sample(paper),
    )


def sheet(paper: Paper, seal: str | None = None, **other: object) -> bytes:
    """What a template is given, with a fixed number and day."""
    made = Sheet(
        paper=paper,
        number=None if paper in UNNUMBERED else NUMBER,
        issued_on=date(2026, 11, 30),
        issuer=ISSUER,
        seal=seal,
        data=sample(paper, **other),
    )
    return made.encoded().encode()
