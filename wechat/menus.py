"""The account's menu, and what the account answers by itself when its web site set that up."""

from collections.abc import Mapping
from typing import Any

from wechat import endpoints
from wechat.calls import Area, Done


class Menus(Area):
    """Menus and automatic replies travel in the platform's own shape, which `bot/menu.py` reads and writes."""

    async def create_menu(self, menu: Mapping[str, object]) -> None:
        """Replaces the account's menu."""
        await self._calls.post_document(endpoints.MENU_CREATE, menu)

    async def get_menu(self) -> dict[str, Any]:
        """The menu made by `create_menu`; WeChatError `no_menu` when there is none."""
        return await self._calls.get_document(endpoints.MENU_GET)

    async def delete_menu(self) -> None:
        await self._calls.get(endpoints.MENU_DELETE, Done)

    async def self_menu(self) -> dict[str, Any]:
        """The menu citizens see, whether made by a program or on the web site: other shapes than `get_menu`."""
        return await self._calls.get_document(endpoints.SELF_MENU)

    async def auto_replies(self) -> dict[str, Any]:
        """The automatic replies set up on the web site: to a new follower, to a keyword, to anything else."""
        return await self._calls.get_document(endpoints.AUTO_REPLIES)
