"""Work queues on both engines: what each tab holds, whose sight it stays in, paging while cases move on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from casework.actors import Actor, Held
from casework.complaints import actions, handling, splitting
from casework.complaints.desk import Desk
from casework.complaints.lifecycle import OPEN_STATES, State
from casework.complaints.models import Complaint
from casework.complaints.sight import sight_of
from casework.complaints.urgency import Urgency
from casework.queues.filters import QueueFilter
from casework.queues.finding import sought
from casework.queues.reading import counts, queue
from casework.queues.tabs import Tab, tab_filter, tabs_of
from casework.roles import Role
from kit.clock import FixedClock, local
from kit.db import Change, Database
from kit.problems import Invalid
from tests.casework_setting import (
    CITIZEN,
    DISPATCHER,
    HANDLER,
    HEAD,
    NIGHT_HANDLER,
    desk_on,
    filed,
    person,
)

DEPUTY = Actor(
    kind="staff",
    id=person(21),
    roles=frozenset({Role.HANDLER}),
    units=frozenset({"street", "night"}),
    held=(Held(Role.HANDLER, "street"), Held(Role.HANDLER, "night", person(13))),
)
CONTRACTOR = Actor(
    kind="staff", id=person(22), roles=frozenset({Role.CONTRACTOR}), units=frozenset({"street"})
)
PATROL = Actor(kind="staff", id=person(23), roles=frozenset({Role.GRID_OFFICER}), units=frozenset({"street"}))
VOLUNTEER = Actor(kind="staff", id=person(24), roles=frozenset({Role.VOLUNTEER}), units=frozenset({"street"}))
EVERYBODY = (DISPATCHER, HANDLER, NIGHT_HANDLER, HEAD, DEPUTY, CONTRACTOR, PATROL, VOLUNTEER)


@pytest.fixture
def desk(database: Database) -> Desk:
    return desk_on(database)


async def references(desk: Desk, wanted: QueueFilter, limit: int = 30) -> list[str]:
    """All pages of a queue, one after another."""
    found: list[str] = []
    after: str | None = None
    while True:
        page = await queue(desk, wanted, after, limit)
        found += [row.reference for row in page.rows]
        after = page.after
        if after is None:
            return found


async def put(desk: Desk, reference: str, **columns: object) -> None:
    """Bring a case where no short walk leads."""

    async def work(_: Change) -> None:
        await Complaint.filter(reference=reference).update(**columns)

    await desk.db.change(work)


@dataclass
class Town:
    """A case of every kind, by what is the matter with it."""

    by_name: dict[str, str]

    def names(self, found: list[str]) -> set[str]:
        return {name for name, reference in self.by_name.items() if reference in found}


async def a_town(desk: Desk, clock: FixedClock) -> Town:
    town = Town({})

    async def case(
        name: str, story: str = "路口有人摆摊，占道", unit: str = "", officer: Actor | None = None
    ) -> object:
        made = await filed(desk, story=story, place_text=f"湖滨路{len(town.by_name)}号")
        town.by_name[name] = made.reference
        if unit:
            await actions.accept(desk, DISPATCHER, made.id)
            await actions.assign(desk, DISPATCHER, made.id, unit=unit)
            await put(desk, made.reference, assignee_id=officer.id if officer else None)
        clock.advance(timedelta(minutes=1))
        return made.id

    await case("new")
    accepted = await case("accepted")
    await actions.accept(desk, DISPATCHER, accepted)  # type: ignore[arg-type]
    await case("street's", unit="street")
    await case("the handler's", unit="street", officer=HANDLER)
    await case("the night's", unit="night", officer=NIGHT_HANDLER)
    await case("elsewhere but the contractor's", unit="night", officer=CONTRACTOR)
    waiting = await case("waiting", unit="street", officer=HANDLER)
    await handling.ask(desk, HANDLER, waiting, question="在几号楼？")  # type: ignore[arg-type]
    await case("handled", unit="street", officer=HANDLER)
    await put(desk, town.by_name["handled"], state=State.HANDLED.value)
    await put(desk, town.by_name["handled"], filed_by_id=PATROL.id)
    await put(desk, town.by_name["the night's"], filed_by_id=PATROL.id)
    await put(desk, town.by_name["the handler's"], filed_by_id=VOLUNTEER.id)
    await put(desk, town.by_name["new"], filed_by_id=VOLUNTEER.id)
    watched = await case("supervised", unit="street")
    await handling.supervise(desk, HEAD, watched, instruction="三天内办完")  # type: ignore[arg-type]
    for name in ("answered", "disputed", "closed"):
        answered = await case(name, unit="street", officer=HANDLER)
        await actions.answer(desk, HANDLER, answered, text="已处理。")  # type: ignore[arg-type]
        if name == "disputed":
            await actions.dispute(desk, CITIZEN, answered, reason="又来了")  # type: ignore[arg-type]
        if name == "closed":
            await actions.rate(desk, CITIZEN, answered, score=3)  # type: ignore[arg-type]
    refused = await case("refused")
    await actions.refuse(desk, DISPATCHER, refused, reason="不归我们", responsible_body="交警")  # type: ignore[arg-type]
    return town


async def test_each_tab_holds_what_its_name_says(desk: Desk, clock: FixedClock) -> None:
    town = await a_town(desk, clock)

    async def shown(tab: Tab, actor: Actor) -> set[str]:
        return town.names(await references(desk, tab_filter(tab, actor, clock.now())))

    assert await shown(Tab.MINE, HANDLER) == {"street's", "the handler's", "supervised", "disputed"}
    assert await shown(Tab.MINE, DEPUTY) == {"street's", "supervised", "the night's"}
    assert await shown(Tab.MINE, CONTRACTOR) == set()
    assert await shown(Tab.FREE, DISPATCHER) == {"new", "accepted"}
    assert await shown(Tab.WAITING, DISPATCHER) == {"waiting"}
    assert await shown(Tab.VERIFY, HEAD) == {"handled"}
    assert await shown(Tab.AGAIN, HANDLER) == {"disputed"}
    assert await shown(Tab.AGAIN, NIGHT_HANDLER) == set()
    assert await shown(Tab.SUPERVISED, DISPATCHER) == {"supervised"}
    assert await shown(Tab.VERIFY, PATROL) == {"handled"}
    assert await shown(Tab.FILED, PATROL) == {"handled", "the night's"}
    assert await shown(Tab.FILED, VOLUNTEER) == {"new", "the handler's"} == await shown(Tab.ALL, VOLUNTEER)
    assert await shown(Tab.ALL, PATROL) == await shown(Tab.ALL, HANDLER) | {"the night's"}
    assert await shown(Tab.ENDED, HEAD) == {"closed", "refused"}
    assert await shown(Tab.ENDED, HANDLER) == {"closed"}
    assert await shown(Tab.ALL, HEAD) == set(town.by_name)
    assert await shown(Tab.OPEN, NIGHT_HANDLER) == {"the night's", "elsewhere but the contractor's"}
    assert await shown(Tab.OVERDUE, DISPATCHER) == set()
    clock.advance(timedelta(hours=10))
    assert await shown(Tab.OVERDUE, DISPATCHER) == set()
    clock.advance(timedelta(days=1))
    assert await shown(Tab.OVERDUE, DISPATCHER) == {"new"}
    clock.advance(timedelta(days=30))
    # While the citizen's time runs, nothing of ours is late.
    late = await shown(Tab.OVERDUE, DISPATCHER)
    assert late == {
        "new", "accepted", "street's", "the handler's", "the night's", "elsewhere but the contractor's", "handled",
        "supervised", "disputed",
    }  # fmt: skip
    assert await shown(Tab.TODAY, DISPATCHER) == late


async def test_a_case_that_was_split_has_no_limit_and_is_in_the_list_of_everything(desk: Desk) -> None:
    case = await filed(desk)
    await actions.accept(desk, DISPATCHER, case.id, category="vending")
    parts = tuple(splitting.Part(story=words, category="noise") for words in ("夜里太吵", "白天也吵"))
    await splitting.split(desk, DISPATCHER, case.id, parts=parts)
    page = await queue(desk, tab_filter(Tab.ALL, DISPATCHER, desk.db.clock.now()))
    assert len(page.rows) == 3
    (row,) = [one for one in page.rows if one.reference == case.reference]
    assert (row.state, row.due_at, row.overdue) == (State.SPLIT, None, False)


async def test_no_tab_and_no_filter_shows_what_its_reader_may_not_see(desk: Desk, clock: FixedClock) -> None:
    await a_town(desk, clock)
    clock.advance(timedelta(days=3))
    narrowings: tuple[dict[str, object], ...] = (
        {}, {"unit": "night"}, {"unit": "street"}, {"category": "vending"}, {"category": "vending", "unit": "night"},
        {"urgency": Urgency.ORDINARY}, {"source": "wechat"}, {"states": OPEN_STATES}, {"states": frozenset(State)},
        {"states": frozenset({State.CLOSED})}, {"overdue": True}, {"supervised": True}, {"disputed": True},
        {"order": "newest", "states": frozenset(State), "category": "vending"},
    )  # fmt: skip
    for actor in EVERYBODY:
        sight = sight_of(actor)
        rows = {row.reference: row for row in await Complaint.all()}
        seen = {one for one, row in rows.items() if sight.covers(row.unit, row.assignee_id, row.filed_by_id)}
        assert (
            set(await references(desk, QueueFilter(sight=sight, states=frozenset(State), order="newest")))
            == seen
        )
        for tab in tabs_of(actor):
            found = await references(desk, tab_filter(tab, actor, clock.now()), limit=2)
            assert set(found) <= seen, (actor.name, tab)
            assert len(found) == len(set(found)), (actor.name, tab)
        for narrowing in narrowings:
            wanted = QueueFilter(sight=sight, **narrowing)  # type: ignore[arg-type]
            found = await references(desk, wanted, limit=2)
            assert set(found) <= seen, (actor.name, narrowing)
            assert len(found) == len(set(found)), (actor.name, narrowing)
            unlimited = QueueFilter(**narrowing)  # type: ignore[arg-type]
            assert set(found) == seen & set(await references(desk, unlimited)), (actor.name, narrowing)


async def test_numbers_on_tabs_are_those_of_their_lists_and_stop_counting(
    desk: Desk, clock: FixedClock
) -> None:
    await a_town(desk, clock)
    clock.advance(timedelta(days=2))
    for actor in EVERYBODY:
        wanted = {tab.value: tab_filter(tab, actor, clock.now()) for tab in tabs_of(actor)}
        numbers = await counts(desk, wanted)
        assert numbers == {name: len(await references(desk, one)) for name, one in wanted.items()}
        few = await counts(desk, wanted, at_most=2)
        assert few == {name: min(number, 3) for name, number in numbers.items()}
    assert await counts(desk, {}) == {}


async def test_pages_show_every_case_once_also_with_equal_keys_and_while_cases_move_on(
    desk: Desk, clock: FixedClock
) -> None:
    made = []
    for number in range(11):
        # Pairs share their moment, so that the key's second half has to decide.
        if number % 2 == 0:
            clock.advance(timedelta(minutes=1))
        made.append(await filed(desk))
    names = [one.reference for one in made]
    newest = QueueFilter(order="newest", states=frozenset(State))
    assert await references(desk, newest, limit=3) == names[::-1]
    assert await references(desk, QueueFilter(), limit=4) == names
    first = await queue(desk, QueueFilter(), None, 4)
    # What was on the first page goes, what is behind goes, something new comes: the rest is shown once all the same.
    await actions.refuse(desk, DISPATCHER, made[1].id, reason="不归我们", responsible_body="交警")
    await actions.refuse(desk, DISPATCHER, made[8].id, reason="不归我们", responsible_body="交警")
    clock.advance(timedelta(minutes=1))
    late = await filed(desk)
    seen = [row.reference for row in first.rows]
    after = first.after
    while after is not None:
        page = await queue(desk, QueueFilter(), after, 3)
        seen += [row.reference for row in page.rows]
        after = page.after
    assert seen == [*names[:8], *names[9:], late.reference]


async def test_filters_narrow_the_queue(desk: Desk, clock: FixedClock) -> None:
    street = await filed(desk)
    noise = await filed(desk, story="广场舞太吵")
    waiting = await filed(desk)
    for case in (street, noise):
        await actions.accept(desk, DISPATCHER, case.id)
    await actions.assign(desk, DISPATCHER, noise.id)
    await put(desk, noise.reference, urgency="urgent", place_area="S01", source="phone")
    assert await references(desk, QueueFilter(unit="night")) == [noise.reference]
    assert await references(desk, QueueFilter(category="noise")) == [noise.reference]
    assert await references(desk, QueueFilter(urgency=Urgency.URGENT)) == [noise.reference]
    assert await references(desk, QueueFilter(urgency=Urgency.ORDINARY)) == [
        waiting.reference,
        street.reference,
    ]
    assert await references(desk, QueueFilter(area="S01")) == [noise.reference]
    assert await references(desk, QueueFilter(source="phone")) == [noise.reference]
    assert await references(desk, QueueFilter(states=frozenset({State.SUBMITTED}))) == [waiting.reference]
    assert await references(desk, QueueFilter(states=frozenset())) == []
    assert await references(desk, QueueFilter(own_ids=frozenset({person(12)}))) == []
    assert len(await references(desk, QueueFilter(unassigned=True))) == 3
    assert await references(desk, QueueFilter(submitted_from_at=clock.now() + timedelta(days=1))) == []
    assert await references(desk, QueueFilter(unit="\x00", category="%")) == []
    clock.advance(timedelta(days=2))
    again = await filed(desk)
    assert await references(desk, QueueFilter(submitted_from_at=clock.now() - timedelta(days=1))) == [
        again.reference
    ]


async def test_pieces_of_references_days_and_places_find_their_cases(desk: Desk, clock: FixedClock) -> None:
    first = await filed(desk, place_text="湖滨路 100%_！ 号")
    second = await filed(desk, place_text="文化路88号")
    today = local(clock.now()).date()

    async def found(typed: str) -> list[str]:
        meant = sought(typed, desk.bureau_code, today)
        if meant.meant == "words":
            return await references(desk, QueueFilter(words=meant.words))
        if meant.meant == "day":
            return await references(
                desk,
                QueueFilter(
                    states=frozenset(State),
                    submitted_from_at=meant.from_at,
                    submitted_before_at=meant.before_at,
                ),
            )
        return await references(desk, QueueFilter(states=frozenset(State), references=meant.references))

    for typed in (
        "0002",
        "2",
        "261123-0002",
        "qs-ts-261123-0002",
        second.reference.lower(),
        second.reference[-6:],
    ):
        assert await found(typed) == [second.reference], typed
    assert set(await found("261123")) == {first.reference, second.reference}
    assert await found("文化路") == [second.reference]
    assert await found("滨路 100%_！") == [first.reference]
    for typed in ("100%路", "_化路", "9999", "261122", "%", "%_'; --", "", "💥💥", "x" * 500):
        assert await found(typed) == [], typed
    assert sought("13812345678", "QS", today).meant == "phone"
    assert sought(second.reference[:-1] + "!", "QS", today).meant == "wrong"


@pytest.mark.parametrize("token", ["", "~", "x~y", "2026-11-23~" + "0" * 32, "2026-11-23T00:00:00+00:00~7"])
async def test_a_made_up_page_is_refused_in_a_sentence(desk: Desk, token: str) -> None:
    with pytest.raises(Invalid) as refused:
        await queue(desk, QueueFilter(), after=token)
    assert refused.value.key == "problem.complaint.page"


async def test_a_line_says_what_a_clerk_has_to_know(desk: Desk, clock: FixedClock) -> None:
    case = await filed(desk, story="路口有人摆摊，占道\n" * 40, phone="13812345678")
    await handling.supervise(desk, HEAD, case.id, instruction="尽快")
    await handling.remind(desk, DISPATCHER, case.id)
    clock.advance(timedelta(days=40))
    row = (await queue(desk, QueueFilter())).rows[0]
    assert (row.supervised, row.times_reminded, row.has_phone, row.disputed) == (True, 1, True, False)
    assert row.overdue
    assert row.revision == 3
    assert "\n" not in row.opening
    assert len(row.opening) == 61
    assert row.urgency is Urgency.ORDINARY
