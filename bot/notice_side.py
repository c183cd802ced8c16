"""Choices and consents for the doors beside the chat: implements `casework.notifications.wishes.NoticeWishes`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

import msgspec

from bot.consent_counting import note_claims
from bot.models import PushConsent
from bot.notice_choices import NoticeChoices
from bot.profile import MessageTemplate, WechatSection
from casework.actors import Actor
from casework.notifications.preferences import Choice
from casework.notifications.prompts import Held
from casework.notifications.shape import Topic
from casework.notifications.topics import TopicOffer
from casework.notifications.wishes import Reach
from casework.people import identities
from casework.people.merging import members
from kit.db import Change, Database
from wechat.account_kinds import Right

APPS = ("official", "miniprogram")


def subscribed_by(section: WechatSection, app: str) -> tuple[MessageTemplate, ...]:
    """The templates of one application that need a consent, where the application may send them."""
    if app == "official" and Right.SUBSCRIBE_MESSAGE not in section.rights():
        return ()
    return tuple(one for one in section.templates if one.app == app and one.kind != "template")


async def held_by(templates: Sequence[MessageTemplate], account_id: UUID) -> tuple[Held, ...]:
    """How each of these templates stands with a person, all accounts of theirs together."""
    if not templates:
        return ()
    names = [one.id for one in templates]
    ids = list(await members(account_id))
    rows = await PushConsent.filter(account_id__in=ids, template_id__in=names)
    return tuple(
        Held(
            template_id=one.id,
            is_lasting=one.kind == "long_term",
            left=sum(row.remaining for row in rows if row.template_id == one.id),
            refused_at=_latest_refusal([row for row in rows if row.template_id == one.id]),
        )
        for one in templates
    )


def _latest_refusal(rows: Sequence[PushConsent]) -> datetime | None:
    return max((row.refused_at for row in rows if row.refused_at is not None), default=None)


@dataclass(frozen=True)
class NoticeSide:
    """One per door. `app` is whose consents the door can ask for; `appid` is the official account's."""

    db: Database
    section: WechatSection
    topics: tuple[TopicOffer, ...]
    appid: str
    app: str = "official"

    async def choices(self, account_id: UUID) -> dict[Topic, Choice]:
        return await NoticeChoices(self.db).of(account_id)

    async def choose(self, actor: Actor, account_id: UUID, wanted: Mapping[Topic, Choice]) -> bool:
        return await NoticeChoices(self.db).choose(actor, account_id, wanted)

    async def choose_all(self, actor: Actor, account_id: UUID, wanted: bool) -> bool:
        return await NoticeChoices(self.db).choose_all(actor, account_id, wanted)

    async def held(self, account_id: UUID) -> tuple[Held, ...]:
        return await held_by(subscribed_by(self.section, self.app), account_id)

    async def claim(self, act: str, account_id: UUID, answers: Mapping[str, str]) -> None:
        async def work(change: Change) -> bytes:
            await note_claims(change, account_id, answers)
            return b""

        said = blake2b(msgspec.json.encode(sorted(answers.items())), digest_size=32).digest()
        await self.db.once(act, said, work)

    async def reach(self, account_id: UUID) -> Reach:
        templates = [one for app in APPS for one in subscribed_by(self.section, app)]
        given = [one for one in await held_by(templates, account_id) if one.left > 0]
        if any(one.is_lasting for one in given):
            return Reach.ALWAYS
        may, follows = self.section.rights(), await identities.follows(self.appid, account_id)
        has_template = any(one.kind == "template" for one in self.section.templates)
        if follows and has_template and Right.TEMPLATE_MESSAGE in may:
            return Reach.ALWAYS
        if given:
            return Reach.WHILE_LEFT
        return Reach.AFTER_WRITING if follows and Right.CUSTOM_MESSAGE in may else Reach.NEVER
