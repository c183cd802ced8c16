"""Passwords: Argon2id in threads, at most two at once, and the same cost for a login that does not exist."""

from __future__ import annotations

import asyncio
import os
import re
import secrets

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from kit.problems import Invalid

AT_LEAST, AT_MOST = 8, 200
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
# Argon2id at 19 MiB and two passes: the lower of OWASP's equal-strength settings, because several web
# processes share a small machine's memory.
_MEMORY_KIB, _PASSES, _LANES = 19 * 1024, 2, 1
_PARAMETERS = re.compile(r"\$argon2id\$v=\d+\$m=(\d+),t=(\d+),")


class Passwords:
    """Hashes and checks passwords. One per process: it bounds how many threads do so."""

    def __init__(self, at_once: int = 2, *, memory_kib: int = _MEMORY_KIB, passes: int = _PASSES) -> None:
        self._turn = asyncio.Semaphore(at_once)
        self._memory_kib = memory_kib
        self._passes = passes
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """The PHC text to store. Raises Invalid for a password that is too short or too long."""
        if not AT_LEAST <= len(password) <= AT_MOST:
            raise Invalid("problem.people.password", field="password", at_least=AT_LEAST, at_most=AT_MOST)
        return await self._in_thread(password)

    async def matches(self, password: str, stored: str | None) -> bool:
        """Whether the password is the stored one; False, after the same work, if nothing is stored."""
        if len(password) > AT_MOST:
            # Longer than any that could be set; a fixed short text costs what a wrong one costs.
            password, stored = "", None
        if stored is None:
            if self._nobody is None:
                self._nobody = await self._in_thread(os.urandom(16).hex())
            await self._verify(password, self._nobody)
            return False
        return await self._verify(password, stored)

    def is_outdated(self, stored: str) -> bool:
        """Whether a stored hash was made with less work than one made today would be."""
        found = _PARAMETERS.match(stored)
        return found is None or int(found[1]) < self._memory_kib or int(found[2]) < self._passes

    async def _in_thread(self, password: str) -> str:
        async with self._turn:
            return await asyncio.to_thread(self._derive, password)

    def _derive(self, password: str) -> str:
        return Argon2id(
            salt=os.urandom(16),
            length=32,
            iterations=self._passes,
            lanes=_LANES,
            memory_cost=self._memory_kib,
        ).derive_phc_encoded(password.encode())

    async def _verify(self, password: str, stored: str) -> bool:
        async with self._turn:
            return await asyncio.to_thread(_fits, password, stored)


def one_time_password() -> str:
    """A password to be told once and changed at the first login: short enough to read out, 70 bits."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(5)) for _ in range(3))


def _fits(password: str, stored: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(password.encode("utf-8", "replace"), stored)
    except InvalidKey:
        return False
    return True
