"""`chengguan migrate`: schema, keys, bureau profile, starter knowledge. Safe to run any number of times."""

from __future__ import annotations

import sys

from app.backup_places import backups_folder
from app.database import open_database
from app.demo_profile import DEMO_SECTIONS
from app.key_check import record_keys
from app.models import MODEL_MODULES
from app.profile import whole_profile
from app.shipped import SHIPPED_PROFILE
from casework.areas.places import load_places
from casework.areas.relocating import relocate
from casework.permits.published_models import PermitKeyList
from content.interpretations.laws import LawIndex
from content.interpretations.load import load_starter, read_starter
from content.profile_store import load_profile
from kit.db import Change
from kit.db.migrate import migrate
from kit.db.models import KeyFingerprint
from kit.profile import read_profile
from kit.secrets import KeyRing
from kit.settings import Settings
from kit.signing_keys import SigningKeys


async def set_up(settings: Settings, *, backed_up: bool = False) -> int:
    """Bring database, profile and knowledge up to date; everything is checked before anything is written.

    The database is copied before its schema changes, unless the caller has `backed_up` everything.
    """
    document = read_profile(settings.bureau_profile or SHIPPED_PROFILE)
    if settings.demo:
        for name, added in DEMO_SECTIONS.items():
            own = document.get(name) or {}
            if isinstance(own, dict):  # what is no section is left to be refused by name
                document[name] = added | own if settings.bureau_profile else own | added
    whole_profile(document)
    entries = read_starter(LawIndex.load())

    def report(line: str) -> None:
        print(line, file=sys.stderr)

    done = await migrate(
        settings.database_url,
        MODEL_MODULES,
        backup_folder=None if backed_up else backups_folder(settings.data_dir),
        report=report,
    )
    async with open_database(settings, KeyRing.random()):
        # Keys are made for a new database only: beside an old one they would hide a loss.
        new = not await KeyFingerprint.exists()
    keys = KeyRing.open(settings.key_dir, create=new)
    async with open_database(settings, keys) as db:
        await record_keys(db, keys)

        async def work(change: Change) -> tuple[bool, int]:
            profile_is_new = await load_profile(change, dict(document))
            return profile_is_new, await load_starter(change, entries, change.now, change.ids)

        signing = SigningKeys(settings.key_dir)
        # As above: beside lists that were published a new one would hide a loss.
        if not signing.held().keys and not await PermitKeyList.exists():
            signing.add(db.clock.now(), use=True)
        profile_is_new, altered = await db.change(work, timeout_s=60)
        if done.applied:
            # Cases from before there were squares and areas.
            async for _ in relocate(db, await load_places()):
                pass
    print(
        f"数据库结构{'已升级 ' + str(len(done.applied)) + ' 步' if done.applied else '已是最新'}；"
        f"单位画像{'已更新' if profile_is_new else '没有变化'}；知识更新 {altered} 条。"
    )
    return 0
