"""Every endpoint of the table under every fault knob: each cell is fine, retryable, uncertain or final, never else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal, get_args

import aiohttp
import pytest
from structlog.testing import capture_logs

from kit.clock import FixedClock
from tests.client_worlds import new_world, prepare, standin_platform
from tests.every_call import CITIZEN, EVERY_CALL, MINI_SECRET, SECRET, World
from wechat.endpoints import BY_PATH, STABLE_TOKEN, Endpoint
from wechat.errors import WeChatError
from wechat.exchange import new_session
from wechat.standin.faults import FaultKind, FaultRequest
from wechat.standin.platform import Platform

Outcome = Literal["fine", "retryable", "uncertain", "final"]


@dataclass(frozen=True)
class Knob:
    """A fault, how often it strikes (None: for ever), and the caller's patience."""

    name: str
    kind: FaultKind
    times: int | None = None
    patience_s: float = 8


KNOBS = (
    Knob("latency", "latency"),
    Knob("hang", "hang", patience_s=0.1),
    Knob("busy", "busy"),
    Knob("40001_once", "token_40001", times=1),
    Knob("40001_for_ever", "token_40001"),
    Knob("html_502", "html_502"),
    Knob("truncated_json", "truncated_json"),
    Knob("text_plain", "text_plain"),
    Knob("reset_before", "reset_before"),
    Knob("reset_after", "reset_after"),
)


def expected(row: Endpoint, knob: Knob) -> Outcome:
    """What the caller must learn."""
    if knob.kind in ("latency", "text_plain"):
        return "fine"
    if row is STABLE_TOKEN or knob.kind == "busy":
        return "retryable"  # whatever was wanted with the token was certainly not done
    if knob.kind == "token_40001":
        if not row.needs_token:
            return "final"  # the credential refused is not ours to renew
        return "fine" if knob.times == 1 else "retryable"
    return "retryable" if row.is_repeatable else "uncertain"


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as opened:
        yield opened


def test_no_knob_of_the_stand_in_is_left_out() -> None:
    assert {knob.kind for knob in KNOBS} == set(get_args(FaultKind))


@pytest.mark.parametrize("knob", KNOBS, ids=lambda knob: knob.name)
async def test_every_endpoint_under_this_fault_is_classified(
    knob: Knob, session: aiohttp.ClientSession, clock: FixedClock
) -> None:
    async with standin_platform(clock) as (base, platform):
        prepared = new_world(base, session, clock)
        await prepare(prepared, platform)
        patience = aiohttp.ClientTimeout(total=knob.patience_s)
        wrong, tokens = {}, {prepared.user.access_token}
        worlds = {}
        for path in EVERY_CALL:
            worlds[path] = world = new_world(base, session, clock, patience)
            world.names, world.user = prepared.names, prepared.user
            world.mini_citizen = prepared.mini_citizen
            tokens |= {await keeper.get() for keeper in world.keepers}
        with capture_logs() as logs:
            cells = [cell(world, platform, path, knob) for path, world in worlds.items()]
            if knob.kind == "hang":
                results = await asyncio.gather(*cells)
            else:
                results = [await one for one in cells]
        for path, (found, said, calls) in zip(worlds, results, strict=True):
            row = BY_PATH[path]
            if found != expected(row, knob):
                wrong[path] = f"{found} instead of {expected(row, knob)}: {said}"
            elif calls > most_calls(row, knob):
                wrong[path] = f"{calls} calls"
            elif any(secret in said for secret in (*tokens, CITIZEN, SECRET, MINI_SECRET)):
                wrong[path] = f"the error tells too much: {said}"
        assert wrong == {}
        told = repr(logs)
        assert [one for one in (*tokens, CITIZEN, SECRET, MINI_SECRET) if one in told] == []


async def cell(world: World, platform: Platform, path: str, knob: Knob) -> tuple[str, str, int]:
    """The outcome of one call under one fault, what the error says, and how often the platform was called."""
    if knob.kind == "token_40001" and BY_PATH[path].needs_token:
        platform.tokens.revoke_all()  # the platform knows them no more: another one is really had
    before = platform.calls.summary()["calls"]
    platform.faults.set(FaultRequest(path, knob.kind, times=knob.times, seconds=0.01))
    outcome, said = "fine", ""
    try:
        found = await EVERY_CALL[path].make(world)
        if not EVERY_CALL[path].holds(found):
            outcome, said = "a wrong answer", type(found).__name__
    except WeChatError as error:
        outcome = "uncertain" if error.uncertain else "retryable" if error.retryable else "final"
        said = f"{error} {error!r} {error.message} {error.__cause__}"
    except Exception as error:
        outcome, said = "unclassified", repr(error)
    platform.faults.clear(path)
    after = platform.calls.summary()["calls"]
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    return outcome, said, after.get(path, 0) - before.get(path, 0)


def most_calls(row: Endpoint, knob: Knob) -> int:
    """One, and one more for a new token; a question may be asked again on another connection."""
    if knob.kind == "token_40001":
        return 2
    return 2 if row.method == "GET" and knob.kind.startswith("reset") else 1
