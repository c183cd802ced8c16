"""The desk of documents: who issues, the templates that are shipped and those of the profile's folder."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from app.core import Core, file_store
from app.shipped import ROOT
from casework.documents.desk import DocumentDesk, Issuer
from casework.documents.papers import Paper, Particulars
from casework.documents.pictures import StoredPictures
from casework.documents.rendering import Typesetting
from casework.penalties.case_sight import sees_papers_of_case
from casework.penalties.sight import sees_papers_of_notice
from casework.permits.kinds import PermitsSection
from casework.permits.paper_sight import (
    sees_papers_of_application,
    sees_papers_of_party,
    sees_papers_of_permit,
)
from content.bureau_profile import BureauSection
from kit.sealing import FieldSealer

FOLDER = ROOT / "content" / "documents"
PREVIEW_S = 6.0
"""A clerk waits for a preview no longer; papers have more time."""


def document_desk_of(core: Core) -> DocumentDesk:
    """The desk that issues papers. Close its `typesetter` and `previewer` when their process ends."""
    profile = core.settings.bureau_profile
    own = templates_in(profile / "documents") if profile is not None else {}
    return DocumentDesk(
        db=core.db,
        sealer=FieldSealer(core.keys),
        catalogue=core.catalogue,
        issuer=issuer_of(
            core.profile.section(BureauSection), core.profile.section(PermitsSection).document_short
        ),
        typesetter=Typesetting(),
        previewer=Typesetting(timeout_s=PREVIEW_S),
        shipped={**shipped_templates(), **own},
        samples=shipped_samples(),
        named=named_templates(core.profile.section(PermitsSection)),
        sight={
            "permit_application": sees_papers_of_application,
            "permit": sees_papers_of_permit,
            "permit_party": sees_papers_of_party,
            "rectification": sees_papers_of_notice,
            "penalty": sees_papers_of_case,
        },
        pictures=StoredPictures(file_store(core)),
    )


async def close_documents(desk: DocumentDesk) -> None:
    """End the processes pages are made in."""
    for one in (desk.typesetter, desk.previewer):
        if isinstance(one, Typesetting):
            await one.close()


def issuer_of(bureau: BureauSection, short: str) -> Issuer:
    """Who signs the papers."""
    return Issuer(
        name=bureau.name,
        short=short,
        address=bureau.address,
        phone=bureau.phone,
        window=bureau.window.name,
        window_address=bureau.window.address,
        window_phone=bureau.window.phone,
        hours=bureau.hours,
    )


def named_templates(section: PermitsSection) -> Mapping[str, Paper]:
    """The templates that kinds name for their papers; of one name for several papers, the first."""
    found: dict[str, Paper] = {}
    for kind in section.kinds:
        for paper, name in kind.papers.templates.items():
            if paper in set(Paper) and name not in set(Paper):
                found.setdefault(name, Paper(paper))
    return found


@functools.cache
def shipped_templates() -> Mapping[str, str]:
    """What is shipped, by name; read once."""
    return templates_in(FOLDER)


def templates_in(folder: Path) -> Mapping[str, str]:
    """The typst sources of a folder, by name; none where there is no such folder."""
    return {one.stem: one.read_text(encoding="utf-8") for one in sorted(folder.glob("*.typ"))}


@functools.cache
def shipped_samples() -> Mapping[Paper, Particulars]:
    """What previews print: of each paper the common sample with its own."""
    content: dict[str, dict[str, Any]] = msgspec.yaml.decode((FOLDER / "samples.yaml").read_bytes())
    common = content["common"]
    return {
        paper: msgspec.convert({**common, **content.get(paper, {})}, Particulars, strict=False)
        for paper in Paper
    }
