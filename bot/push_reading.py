"""What the messages of one claim need to know of their recipients, read for all of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from bot.consents import Consents, consents_of
from bot.notice_choices import EVERYTHING, THEIRS
from casework.notifications.channel import DeliveryMessage
from casework.notifications.preferences import ACCOUNT, STAFF
from casework.notifications.shape import Topic
from casework.people.reaching import Identity, Person, bound_accounts, people
from kit.db import Change
from kit.db.raw import Statement, as_uuid

_CHOICES: Final = Statement(
    "SELECT recipient_id, topic, choice FROM notice_preference WHERE recipient_kind = $1 "
    "AND recipient_id IN (@2) ORDER BY updated_at, id"
)


@dataclass(frozen=True)
class Reach:
    """Where one message may go. `account_id` None: nobody is there. `unwanted`: the topics the person wants nothing of.

    `in_account` and `in_mini` are the person as the official account and as the mini-program know them.
    """

    account_id: UUID | None = None
    in_account: Identity | None = None
    in_mini: Identity | None = None
    unwanted: frozenset[Topic] = frozenset()


@dataclass(frozen=True)
class Known:
    """Of all messages of a claim: where each may go, and what everybody agreed to."""

    reach: Mapping[UUID, Reach]
    consents: Consents


async def read(
    change: Change,
    messages: Sequence[DeliveryMessage],
    appid: str,
    mini_appid: str | None,
    *,
    hold_consents: bool,
) -> Known:
    """Four questions, however many messages there are."""
    staff_ids = {message.recipient_id for message in messages if message.recipient_kind == STAFF}
    bound = await bound_accounts(change.connection, staff_ids)
    accounts = {message.id: _account(message, bound) for message in messages}
    appids = [appid] if mini_appid is None else [appid, mini_appid]
    asked = {id for id in accounts.values() if id is not None}
    persons = await people(change.connection, asked, appids)
    every = {member for person in persons.values() for member in person.member_ids}
    consents = await consents_of(change, every, hold=hold_consents)
    latest = await _choices(change, every)
    reach = {}
    for message_id, account_id in accounts.items():
        if account_id is None:
            reach[message_id] = Reach()
            continue
        person = persons[account_id]
        reach[message_id] = Reach(
            account_id,
            person.identity(appid),
            person.identity(mini_appid) if mini_appid is not None else None,
            _unwanted(person, consents, latest),
        )
    return Known(reach, consents)


def _account(message: DeliveryMessage, bound: Mapping[UUID, UUID]) -> UUID | None:
    if message.recipient_kind == STAFF:
        return bound.get(message.recipient_id)
    return message.recipient_id if message.recipient_kind == ACCOUNT else None


async def _choices(change: Change, account_ids: set[UUID]) -> Mapping[UUID, list[tuple[int, str, str]]]:
    """(position, topic, choice) by account, the latest with the highest position."""
    chosen: dict[UUID, list[tuple[int, str, str]]] = defaultdict(list)
    if account_ids:
        rows = await _CHOICES.rows(change.connection, ACCOUNT, sorted(account_ids))
        for position, row in enumerate(rows):
            chosen[as_uuid(row["recipient_id"])].append((position, row["topic"], row["choice"]))
    return chosen


def _unwanted(
    person: Person, consents: Consents, chosen: Mapping[UUID, list[tuple[int, str, str]]]
) -> frozenset[Topic]:
    """What `notice_choices.choices_of` calls "none" of one person."""
    if any((member, EVERYTHING) in consents.refused for member in person.member_ids):
        return frozenset(THEIRS)
    ordered = sorted(one for member in person.member_ids for one in chosen.get(member, ()))
    latest = {topic: choice for _, topic, choice in ordered}
    return frozenset(topic for topic in THEIRS if latest.get(topic.value) == "none")
