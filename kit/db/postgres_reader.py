"""Tortoise's PostgreSQL client for reading: a connection goes back to the pool without a question to the server."""

from __future__ import annotations

from kit.db.postgres_client import UnquestionedClient

client_class = UnquestionedClient
