"""What the bureau's own record says of an e-permit that is shown to somebody. The signature comes before any look-up."""

from __future__ import annotations

import re

from casework.permits.credentials import Claims, Verdict, claims_of, code_in, judge, read_token
from casework.permits.key_lists import ended_of
from casework.permits.models import Permit
from casework.permits.renewals import is_going_on
from kit.clock import Clock
from kit.signing_keys import HeldKeys

TYPED_AT_MOST = 80
_OPENING, _CLOSING = re.compile("[〔［\\[【(（]"), re.compile("[〕］\\]】)）]")


async def verify_token(token: str, held: HeldKeys, clock: Clock) -> Verdict:
    """What a token comes to now. `unrecorded`: genuine, and yet not in our record."""
    withdrawn = frozenset(one.id for one in held.keys if one.standing == "withdrawn")
    read = read_token(token, held.good, withdrawn)
    if read.claims is None:
        return read
    row = await Permit.get_or_none(code=read.claims.jti)
    if row is None:
        return Verdict(outcome="unrecorded", claims=read.claims)
    return await _judged(read.claims, row, clock)


async def verify_typed(words: str, clock: Clock) -> Verdict | None:
    """The same for a code or a number that somebody typed; None where there is no such permit."""
    words = words.strip()[:TYPED_AT_MOST]
    code = code_in(words)
    row = await Permit.get_or_none(code=code) if code is not None else None
    if row is None and words:
        row = await Permit.get_or_none(number=number_in(words))
    if row is None:
        return None
    return await _judged(claims_of(row), row, clock)


def number_in(words: str) -> str:
    """A number as it is printed, whatever brackets and spaces a keyboard gave."""
    tight = "".join(words.split())
    return _CLOSING.sub("〕", _OPENING.sub("〔", tight))


async def _judged(claims: Claims, row: Permit, clock: Clock) -> Verdict:
    now = clock.now()
    return judge(claims, ended_of(row, await _heir(row)), now, is_renewing=await is_going_on(row, now))


async def _heir(row: Permit) -> str:
    if row.replaced_by_id is None:
        return ""
    heir = await Permit.get_or_none(id=row.replaced_by_id)
    return heir.number if heir is not None else ""
