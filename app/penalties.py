"""The desk for notices to put something right, built from the core."""

from __future__ import annotations

from app.core import Core
from app.profile import calendar_of
from casework.documents.desk import DocumentDesk
from casework.penalties.desk import PenaltyDesk
from casework.penalties.kinds import PenaltiesSection
from content.bureau_profile import BureauSection
from kit.sealing import FieldSealer


def penalty_desk_of(core: Core, documents: DocumentDesk) -> PenaltyDesk:
    """The desk; `documents` issues its papers (`app.documents.document_desk_of`)."""
    return PenaltyDesk(
        db=core.db,
        calendar=calendar_of(core.profile, core.settings.data_dir),
        section=core.profile.section(PenaltiesSection),
        sealer=FieldSealer(core.keys),
        keys=core.keys,
        bureau_code=core.profile.section(BureauSection).reference_code,
        documents=documents,
        public_url=core.settings.public_url,
    )
