"""What a push needs of the platform: `wechat.client.WeChatClient` and the mini-program's client have it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from wechat.sending import MiniProgramPage


class Platform(Protocol):
    """The official account's side."""

    async def send_custom_text(self, openid: str, text: str) -> None: ...

    async def subscribe_bizsend(
        self,
        openid: str,
        template_id: str,
        fields: Mapping[str, str],
        *,
        page: str | None = None,
        mini_program: MiniProgramPage | None = None,
    ) -> str: ...

    async def send_template(
        self,
        openid: str,
        template_id: str,
        fields: Mapping[str, str],
        *,
        url: str | None = None,
        mini_program: MiniProgramPage | None = None,
        client_msg_id: str | None = None,
    ) -> str: ...


class MiniPlatform(Protocol):
    """The mini-program's side."""

    async def subscribe_send(
        self,
        openid: str,
        template_id: str,
        fields: Mapping[str, str],
        *,
        page: str | None = None,
    ) -> str: ...
