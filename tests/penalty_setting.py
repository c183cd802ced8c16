"""The desk for notices to put something right, with the shipped grounds and limits."""

from __future__ import annotations

from casework.penalties.desk import PenaltyDesk
from casework.penalties.kinds import PenaltiesSection
from kit.db import Database
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from tests import read_once
from tests.casework_setting import calendar
from tests.permit_setting import document_desk_on


def penalties_on(database: Database, keys: KeyRing) -> PenaltyDesk:
    """The shipped grounds and limits."""
    sealer = FieldSealer(keys)
    return PenaltyDesk(
        db=database,
        calendar=calendar(),
        section=read_once.profile().section(PenaltiesSection),
        sealer=sealer,
        keys=keys,
        bureau_code="QS",
        documents=document_desk_on(database, sealer),
    )
