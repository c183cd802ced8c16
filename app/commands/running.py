"""What commands share: the database to work on, problems as sentences, roles and units that there are."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from app.database import open_database
from app.environment import read_settings
from app.profile import calendar_of, complaint_policy, profile_in_force
from app.refusals import CommandRefused
from app.shipped import CATALOGUE_FOLDER
from casework.complaints.desk import Desk
from casework.roles import STAFF_ROLES, Role
from content.bureau_profile import BureauSection
from kit.catalogue import Catalogue
from kit.db import Database
from kit.problems import Problem
from kit.sealing import FieldSealer
from kit.secrets import KeyRing

T = TypeVar("T")
ROLES = [role.value for role in Role if role in STAFF_ROLES]


def with_database(work: Callable[[Database], Awaitable[T]]) -> T:
    """Run a command's work on the database. Problems become sentences (exit code 2)."""
    settings = read_settings(for_wechat=False)
    keys = KeyRing.open(settings.key_dir, create=False)

    async def run() -> T:
        async with open_database(settings, keys) as db:
            return await work(db)

    try:
        return asyncio.run(run())
    except Problem as exc:
        sentence = Catalogue.load(CATALOGUE_FOLDER).text(exc.key, **exc.params)
        raise CommandRefused(sentence) from exc


def with_desk(work: Callable[[Desk], Awaitable[T]]) -> T:
    """The same with the complaint desk round the database, for what touches cases too."""
    settings = read_settings(for_wechat=False)
    keys = KeyRing.open(settings.key_dir, create=False)

    async def on_desk(db: Database) -> T:
        profile = await profile_in_force()
        desk = Desk(
            db=db,
            calendar=calendar_of(profile, settings.data_dir),
            policy=complaint_policy(profile),
            sealer=FieldSealer(keys),
            bureau_code=profile.section(BureauSection).reference_code,
        )
        return await work(desk)

    return with_database(on_desk)


def known_role(text: str) -> Role:
    """A role that can be granted. Raises CommandRefused."""
    if text not in ROLES:
        raise CommandRefused(f"没有角色 {text}，可用的有：{'、'.join(ROLES)}。")
    return Role(text)


async def check_unit(code: str | None) -> None:
    """A grant for a unit that the bureau does not have would show its holder nothing at all."""
    if code is None:
        return
    codes = complaint_policy(await profile_in_force()).units
    if code not in codes:
        raise CommandRefused(f"没有单位 {code}，可用的有：{'、'.join(codes)}。")
