"""The message templates of this installation, of its account, and whether the notices' words fit their fields."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from app.core import Core
from app.platform import Platform
from app.profile import rule_book
from bot.profile import WechatSection
from web.console.template_book import KnownTemplate, Misfit, Template
from wechat.account_kinds import Right, rights
from wechat.template_fields import FieldError, fit, shown_time

if TYPE_CHECKING:
    from wechat.client import WeChatClient

ASKED_FOR_S = 4.0
_FIELD = re.compile(r"\{\s*\{\s*([A-Za-z_]+[0-9]*)\.DATA\s*\}\s*\}")
_KINDS = {2: "one_time", 3: "long_term"}
_CUT = frozenset({"thing"})


@dataclass(frozen=True)
class Templates:
    """Implements `web.console.template_book.TemplateBook`."""

    core: Core
    platform: Platform

    def registered(self) -> tuple[Template, ...]:
        section = self.core.profile.section(WechatSection)
        return tuple(
            Template(id=one.id, kind=one.kind, app=one.app, fields=dict(one.fields))
            for one in section.templates
        )

    async def known(self) -> tuple[KnownTemplate, ...] | None:
        from wechat.errors import WeChatError

        section = self.core.profile.section(WechatSection)
        try:
            async with asyncio.timeout(ASKED_FOR_S):
                client = (await self.platform.clients()).account
                return tuple([one async for one in _of_account(client, rights(section.account_kind))])
        except (WeChatError, TimeoutError) as error:
            structlog.get_logger("web").warning("templates_unknown", error=type(error).__name__)
            return None

    def misfits(self, fields: Mapping[str, str]) -> tuple[Misfit, ...]:
        templates = dict.fromkeys(
            rule.template for rule in rule_book(self.core.profile).rules if rule.is_sent
        )
        return tuple(
            misfit
            for template in templates
            for name, source in fields.items()
            for misfit in self._judge(name, source, template)
        )

    def _judge(self, name: str, source: str, template: str) -> Iterator[Misfit]:
        value = self._example(source, template)
        try:
            fitted = fit(name, value)
        except FieldError:
            yield Misfit(field=name, template=template, what="unfit")
            return
        if fitted != value:
            kind = name.rstrip("0123456789")
            yield Misfit(field=name, template=template, what="cut" if kind in _CUT else "altered")

    def _example(self, source: str, template: str) -> str:
        if source == "reference":
            return EXAMPLE_REFERENCE
        if source == "time":
            return shown_time(self.core.clock.now())
        return self.core.catalogue.text(f"{template}.{source}")


EXAMPLE_REFERENCE = "QSSX-TS-261122-0051-J"
"""As long as one gets."""


async def _of_account(client: WeChatClient, allowed: frozenset[Right]) -> AsyncIterator[KnownTemplate]:
    if Right.TEMPLATE_MESSAGE in allowed:
        for one in await client.private_templates():
            yield KnownTemplate(
                id=one.id, title=one.title, kind="template", fields=_fields(one.content), example=one.example
            )
    if Right.SUBSCRIBE_MESSAGE in allowed:
        for two in await client.subscription_templates():
            yield KnownTemplate(
                id=two.id,
                title=two.title,
                kind=_KINDS.get(two.kind, "one_time"),
                fields=_fields(two.content),
                example=two.example,
            )


def _fields(content: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_FIELD.findall(content)))
