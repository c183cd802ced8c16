"""Tortoise's PostgreSQL client, with the connection given back when BEGIN fails, and without a reset after each use.

A server that stands still for longer than a command may take (a stopped machine, a full disk, a broken
network) lets BEGIN run into its time-out. Tortoise has taken the connection out of the pool by then and
never returns it: eight such moments, and the process could not write again until it was restarted.
"""

from __future__ import annotations

from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContextPooled
from tortoise.connection import get_connections


class ReturningTransactionContext(TransactionContextPooled):
    """One transaction on a connection of the pool."""

    __slots__ = ()

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        pool = self.client._parent._pool
        connection = await pool.acquire()
        self.client._connection = connection
        try:
            await self.client.begin()
        except BaseException:
            # Nobody knows what state it is in; the pool opens another in its place.
            connection.terminate()
            await pool.release(connection)
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client


class UnquestionedClient(AsyncpgDBClient):
    """Connections that are not reset by a round trip each time they go back to the pool.

    asyncpg still rolls an open transaction back. What else its reset undoes (session settings, advisory locks of the
    session, LISTEN) nobody does on these connections: whoever needs that opens one of their own, as `migrate` does.
    """

    async def create_pool(self, **kwargs: Any) -> asyncpg.Pool:
        return await asyncpg.create_pool(None, reset=_nothing, **kwargs)


async def _nothing(_: asyncpg.Connection) -> None:
    pass


class ReturningPostgresClient(UnquestionedClient):
    """The writing connections of a process."""

    def _in_transaction(self) -> ReturningTransactionContext:
        return ReturningTransactionContext(TransactionWrapper(self), self._pool_init_lock)


client_class = ReturningPostgresClient
