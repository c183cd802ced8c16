"""The permit desk and what its clock does, built from the core."""

from __future__ import annotations

from app.core import Core
from app.profile import calendar_of
from casework.closing import each_in_turn
from casework.documents.desk import DocumentDesk
from casework.permits.accepting import accept_past_limit, lapse_past_limit
from casework.permits.deciding import register_past_limit
from casework.permits.desk import PermitDesk
from casework.permits.in_force import alarm_not_restored, expire_past_end
from casework.permits.kinds import PermitsSection
from casework.permits.pauses import resume_past_expected
from casework.permits.renewing import renew_by_silence
from casework.permits.replacing import replace_begun
from casework.sign_filings.desk import SignDesk
from casework.sign_filings.registering import SignRegister
from casework.sign_filings.section import SignsSection
from content.bureau_profile import BureauSection
from kit.sealing import FieldSealer


def permit_desk_of(core: Core, documents: DocumentDesk) -> PermitDesk:
    """The desk for permits, filings and refunds; `documents` issues its papers (`app.documents.document_desk_of`)."""
    return PermitDesk(
        db=core.db,
        calendar=calendar_of(core.profile, core.settings.data_dir),
        section=core.profile.section(PermitsSection),
        sealer=FieldSealer(core.keys),
        bureau_code=core.profile.section(BureauSection).reference_code,
        documents=documents,
        places=core.places,
        signs=SignRegister(core.profile.section(SignsSection)),
    )


def sign_desk_of(core: Core) -> SignDesk:
    """The desk for signs in the register."""
    return SignDesk(
        db=core.db,
        section=core.profile.section(SignsSection),
        kinds=core.profile.section(PermitsSection),
        sealer=FieldSealer(core.keys),
        public_url=core.settings.public_url or "",
    )


async def pass_time(desk: PermitDesk) -> int:
    """What happens to applications by themselves: silence accepts or registers, what was not corrected lapses, a pause that took as
    long as was said is over. Returns how many moved.
    """
    now = desk.db.clock.now()
    return await each_in_turn(
        lambda: accept_past_limit(desk, now),
        lambda: register_past_limit(desk),
        lambda: lapse_past_limit(desk, now),
        lambda: resume_past_expected(desk, now),
    )


async def end_permits(desk: PermitDesk) -> int:
    """What happens to permits by themselves: what silence renews, what a changed one replaces, what ends, and an alarm where a
    place was not cleaned up in time. Returns how many.
    """
    return await each_in_turn(
        lambda: renew_by_silence(desk),
        lambda: replace_begun(desk),
        lambda: expire_past_end(desk),
        lambda: alarm_not_restored(desk),
    )
