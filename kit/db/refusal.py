"""A database that answers, and says no."""

from __future__ import annotations

import asyncpg
from tortoise.exceptions import DBConnectionError


class DatabaseRefused(Exception):
    """The server is there but lets us not in; the text is one Chinese sentence for the operator."""


REFUSED = (asyncpg.PostgresError, DBConnectionError)
"""What connecting may raise; `refusal` turns it into the sentence."""


def refusal(error: Exception) -> DatabaseRefused:
    """Which setting of DATABASE_URL is wrong."""
    while isinstance(error.__cause__, asyncpg.PostgresError):
        error = error.__cause__
    if isinstance(error, asyncpg.InvalidCatalogNameError):
        return DatabaseRefused("DATABASE_URL 里的数据库不存在，请先在 PostgreSQL 里建好。")
    if isinstance(error, asyncpg.InvalidPasswordError | asyncpg.InvalidAuthorizationSpecificationError):
        return DatabaseRefused("PostgreSQL 不接受 DATABASE_URL 里的用户名或密码。")
    if isinstance(error, asyncpg.TooManyConnectionsError):
        return DatabaseRefused("PostgreSQL 的连接已经用完，请减少进程数或调大 max_connections。")
    if isinstance(error, asyncpg.InsufficientPrivilegeError):
        return DatabaseRefused("DATABASE_URL 里的用户没有这个数据库的权限。")
    code = getattr(error, "sqlstate", None) or type(error).__name__
    return DatabaseRefused(f"PostgreSQL 拒绝了连接（{code}），请检查 DATABASE_URL 和服务器日志。")
