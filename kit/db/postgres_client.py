"""Tortoise's PostgreSQL client, with the connection given back when BEGIN fails.

A server that stands still for longer than a command may take (a stopped machine, a full disk, a broken
network) lets BEGIN run into its time-out. Tortoise has taken the connection out of the pool by then and
never returns it: eight such moments, and the process could not write again until it was restarted.
"""

from __future__ import annotations

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


class ReturningPostgresClient(AsyncpgDBClient):
    """The writing connections of a process."""

    def _in_transaction(self) -> ReturningTransactionContext:
        return ReturningTransactionContext(TransactionWrapper(self), self._pool_init_lock)


client_class = ReturningPostgresClient
