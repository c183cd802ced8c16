"""Do the keys fit the database? A lost KEY_DIR beside a kept database must not be papered over with new keys."""

from __future__ import annotations

from kit.db import Change, Database
from kit.db.models import KeyFingerprint
from kit.secrets import SECRET_NAMES, KeyRing, KeyRingError


async def check_keys(keys: KeyRing) -> None:
    """Raises KeyRingError when what is stored was sealed with other keys."""
    known = {row.name: row.fingerprint for row in await KeyFingerprint.all()}
    wrong = [name for name in SECRET_NAMES if name in known and known[name] != keys.fingerprint(name)]
    if wrong:
        raise KeyRingError(
            f"密钥目录里的 {'、'.join(wrong)} 不是这个数据库的密钥：请从密钥备份恢复 KEY_DIR，"
            "用别的密钥打不开已封存的内容。"
        )


async def record_keys(db: Database, keys: KeyRing) -> None:
    """Remember the keys of a new database."""
    await check_keys(keys)

    async def work(_: Change) -> None:
        rows = [KeyFingerprint(name=name, fingerprint=keys.fingerprint(name)) for name in SECRET_NAMES]
        await KeyFingerprint.bulk_create(rows, ignore_conflicts=True)

    await db.change(work)
