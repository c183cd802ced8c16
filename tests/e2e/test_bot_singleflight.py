"""One message, several deliveries: one piece of work, one answer. On a real Valkey."""

from __future__ import annotations

import asyncio
import socket
import sys
import uuid
from pathlib import Path

import pytest

from bot.line import Line, LineDown
from bot.singleflight import SCRIPTS, Flight, Names


@pytest.fixture
async def lines(valkey_url):
    opened = []

    def line(**options):
        # Patient, on a machine that is busy with other tests.
        opened.append(Line(valkey_url, SCRIPTS, **{"timeout_s": 5.0, **options}))
        return opened[-1]

    first = line()
    await first.call(b"FLUSHALL")
    yield line
    for one in opened:
        await one.close()


def act():
    return uuid.uuid4().hex


class Counted:
    """Work that counts how often it ran and takes its time."""

    def __init__(self, takes_s=0.0, result=b"answer"):
        self.runs = 0
        self.entries = []
        self._takes_s = takes_s
        self._result = result

    async def __call__(self, entry):
        self.runs += 1
        self.entries.append(entry)
        await asyncio.sleep(self._takes_s)
        return self._result


async def test_three_tries_in_two_instances_run_once_and_get_the_same_answer(lines):
    one, two = Flight(lines()), Flight(lines())
    work, key = Counted(0.5), act()
    tries = [one.join(key, "c", work), two.join(key, "c", work), one.join(key, "c", work)]
    assert await asyncio.gather(*tries) == [b"answer"] * 3
    assert work.runs == 1
    # And once more, later.
    assert await two.join(key, "c", work) == b"answer"
    assert work.runs == 1


async def test_work_of_seven_seconds_outlives_the_slot_lease_and_runs_once(lines):
    one, two = Flight(lines()), Flight(lines())
    work, key = Counted(7), act()
    first = one.join(key, "c", work)
    await asyncio.sleep(5)
    assert await asyncio.gather(first, two.join(key, "c", work)) == [b"answer"] * 2
    assert work.runs == 1


async def test_a_try_that_is_given_up_does_not_stop_the_work(lines):
    flight, work, key = Flight(lines()), Counted(0.3), act()

    async def handler():
        await asyncio.wait([flight.join(key, "c", work)], timeout=3.5)

    handling = asyncio.create_task(handler())
    await asyncio.sleep(0.1)
    handling.cancel()
    assert await flight.join(key, "c", work) == b"answer"
    assert work.runs == 1


OTHER_PROCESS = """
import asyncio, sys
from bot.line import Line
from bot.singleflight import SCRIPTS, Flight

async def main(url, act, takes_s):
    line = Line(url, SCRIPTS, timeout_s=5.0)
    flight = Flight(line)
    async def work(entry):
        print("running", flush=True)
        await asyncio.sleep(takes_s)
        return b"from the other process"
    print((await flight.join(act, "c", work)).decode(), flush=True)
    await line.close()

asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
"""


async def other_process(valkey_url, key, takes_s):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OTHER_PROCESS, valkey_url, key, str(takes_s),
        stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert await process.stdout.readline() == b"running\n"
    return process


async def test_a_try_in_another_process_gets_the_answer_of_the_first(valkey_url, lines):
    key, work = act(), Counted()
    process = await other_process(valkey_url, key, 1)
    assert await Flight(lines()).join(key, "c", work) == b"from the other process"
    assert work.runs == 0
    await process.wait()


async def test_a_killed_owner_frees_the_slot_before_the_next_try_comes(valkey_url, lines):
    key, work = act(), Counted()
    process = await other_process(valkey_url, key, 60)
    process.kill()
    await process.wait()
    async with asyncio.timeout(4.5):
        assert await Flight(lines()).join(key, "c", work) == b"answer"
    assert work.runs == 1


async def test_failed_work_leaves_the_next_try_free_to_work(lines):
    one, two = Flight(lines()), Flight(lines())
    key, work = act(), Counted()

    async def failing(entry):
        raise OSError("the database is away")

    with pytest.raises(OSError, match="away"):
        await one.join(key, "c", failing)
    async with asyncio.timeout(1):
        assert await two.join(key, "c", work) == b"answer"


async def test_messages_of_an_account_are_counted(lines):
    flight, work = Flight(lines()), Counted()
    for _ in range(3):
        await flight.join(act(), "same", work)
    await flight.join(act(), "other", work)
    assert [entry.count for entry in work.entries] == [1, 2, 3, 1]


# ---- presence


async def seen(flight, citizen):
    work = Counted()
    await flight.join(act(), citizen, work)
    return work.entries[0].presence


async def settle(flight):
    if flight._rebuilding is not None:
        await asyncio.wait([flight._rebuilding])


async def no_conversations():
    return []


async def test_presence_is_unknown_until_redis_has_been_told_of_every_conversation(lines):
    flight = Flight(lines())
    assert await seen(flight, "c") is None

    async def open_conversations():
        return [("talking", 4)]

    flight.rebuild(open_conversations)
    await settle(flight)
    assert await seen(flight, "c") is False
    assert await seen(flight, "talking") is True
    flight.clear("talking", 4)
    assert await seen(flight, "talking") is False


async def test_flushall_makes_presence_unknown_again(lines):
    line = lines()
    flight = Flight(line)
    flight.rebuild(no_conversations)
    await settle(flight)
    await flight.hint("c", 1)
    assert await seen(flight, "c") is True
    await line.call(b"FLUSHALL")
    assert await seen(flight, "c") is None


async def test_the_end_of_one_conversation_does_not_hide_the_next(lines):
    flight = Flight(lines())
    flight.rebuild(no_conversations)
    await settle(flight)
    await flight.hint("c", 5)
    await flight.hint("c", 6)  # the next one has begun
    flight.clear("c", 5)
    assert await seen(flight, "c") is True
    flight.clear("c", 6)
    assert await seen(flight, "c") is False


async def test_a_hint_that_could_not_be_written_makes_presence_unknown_later(lines):
    flight = Flight(lines(pause_s=0.1))
    flight.rebuild(no_conversations)
    await settle(flight)
    line = flight._line
    line._wire.lose()  # the connection breaks at the worst moment
    await flight.hint("c", 1)
    await asyncio.sleep(0.2)
    assert await seen(flight, "c") is None


# ---- without Redis


async def test_without_redis_tries_in_one_process_still_join():
    flight, work, key = Flight(None), Counted(0.1), act()
    assert await asyncio.gather(*(flight.join(key, "c", work) for _ in range(3))) == [b"answer"] * 3
    assert work.runs == 1
    assert work.entries[0].presence is None


async def test_a_dead_server_costs_nothing_and_a_hanging_one_costs_one_timeout(tmp_path):
    work = Counted()
    flight = Flight(Line(f"unix://{tmp_path}/nobody", SCRIPTS))
    assert await flight.join(act(), "c", work) == b"answer"

    silent = socket.socket(socket.AF_UNIX)
    silent.bind(str(tmp_path / "s"))
    silent.listen()
    flight = Flight(Line(f"unix://{tmp_path}/s", SCRIPTS, timeout_s=0.2, pause_s=30))
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for _ in range(20):
        await flight.join(act(), "c", work)
    assert loop.time() - begun < 0.5
    assert flight.alone == 20
    silent.close()


async def test_a_server_that_begins_to_hang_is_left_within_the_time_limit(tmp_path):
    """It answers the greeting, then falls silent."""

    async def half_dead(reader, writer):
        while await reader.readline():
            if loaded and len(answered) >= loaded:
                continue
            if (await reader.readline()).startswith(b"$6"):
                answered.append(1)
                writer.write(b"$40\r\n" + b"a" * 40 + b"\r\n")
        writer.close()

    loaded, answered = len(SCRIPTS), []
    server = await asyncio.start_unix_server(half_dead, tmp_path / "s")
    line = Line(f"unix://{tmp_path}/s", SCRIPTS, timeout_s=0.2, pause_s=30)
    with pytest.raises(LineDown):
        await line.call(b"GET", b"x")
    begun = asyncio.get_running_loop().time()
    with pytest.raises(LineDown):
        await line.call(b"GET", b"x")
    assert asyncio.get_running_loop().time() - begun < 0.05
    await line.close()
    server.close()
    await asyncio.sleep(0.05)  # the other end notices


async def test_answers_that_arrive_in_pieces_and_together_are_kept_apart(lines):
    line = lines()
    big = b"x\r\n$5\r\n" * 20_000
    await line.call(b"SET", b"big", big)
    answers = await asyncio.gather(
        line.call(b"GET", b"big"),
        line.call(b"GET", b"nothing"),
        line.call(b"INCR", b"n"),
        line.call(b"INCR", b"n"),
        line.call(b"GET", b"big"),
        line.call(b"PING"),
    )
    assert answers == [big, None, 1, 2, big, b"PONG"]


async def test_a_refused_command_fails_alone(lines):
    line = lines()
    await line.call(b"SET", b"word", b"x")
    good, bad = await asyncio.gather(
        line.call(b"GET", b"word"), line.call(b"INCR", b"word"), return_exceptions=True
    )
    assert good == b"x"
    assert isinstance(bad, LineDown)
    assert "word" not in str(bad)


async def test_scripts_lost_by_the_server_are_loaded_again(lines):
    line = lines(pause_s=0.05)
    flight, work = Flight(line), Counted()
    await flight.join(act(), "c", work)
    await line.call(b"SCRIPT", b"FLUSH")
    await flight.join(act(), "c", work)
    await asyncio.sleep(0.1)
    await flight.join(act(), "c", work)
    assert [entry.count for entry in work.entries] == [1, 0, 2]


def test_names_say_nothing_about_whom_they_name():
    names = Names(b"k" * 32)
    assert names.of("oABC") == Names(b"k" * 32).of("oABC")
    assert names.of("oABC") != Names(b"x" * 32).of("oABC")
    assert "oABC" not in names.of("oABC")
