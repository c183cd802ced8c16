"""Cases nearby, before one files: kind, rough distance and state, and a token that says "me too" with the complaint."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from sanic import HTTPResponse

from casework.complaints import me_too
from casework.complaints.lifecycle import State
from casework.complaints.place import Position
from casework.people.consents import Purpose
from casework.people.merging import members
from miniapp_api import words
from miniapp_api.door import ApiDoor
from miniapp_api.operations import Call, NoQuery
from miniapp_api.speaking import Refused, answer
from miniapp_api.words import Version

Degrees = Annotated[float, msgspec.Meta(ge=-180, le=180)]
CategoryCode = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
SameAs = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]


class Spot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A point as the phone reported it. `consent_version` is that of the wording about places that was agreed to."""

    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    longitude: Degrees
    datum: Literal["wgs84", "gcj02"]
    consent_version: Version

    @property
    def position(self) -> Position:
        return Position(self.latitude, self.longitude, self.datum)


class WhatAndWhere(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody is about to file: a place, and a category or some words. Nothing of it is kept."""

    position: Spot
    category: CategoryCode | None = None
    story: Annotated[str, msgspec.Meta(max_length=12_000)] = ""


class NearCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case that is not over, of the same kind. `same_as` goes with the complaint of who says "me too"."""

    same_as: str
    category_name: str
    within_m: Literal[100, 200]
    state: State
    state_name: str


class NearCases(msgspec.Struct, frozen=True):
    """The nearest first, at most three; empty where there are none that may be shown."""

    rows: tuple[NearCase, ...]


async def show_near(call: Call[WhatAndWhere, NoQuery]) -> HTTPResponse:
    """POST /near-complaints: a place does not belong into an address. Nothing is kept, so the consent is only compared."""
    door, said = call.door, call.body
    words.not_about_our_people(door, said.story)
    if said.position.consent_version != door.consents.version_of(Purpose.LOCATION):
        raise Refused("problem.api.wording_changed", 409, field="position.consent_version")
    if said.category is not None and said.category not in door.desk.policy.categories:
        raise Refused("problem.complaint.category", 422, field="category")
    found = await me_too.near_shown(
        door.desk,
        me_too.key_of(door.keys),
        position=said.position.position,
        categories=me_too.kinds_about(door.desk, said.story, category=said.category),
        at=door.db.clock.now(),
        own=await members(call.who.account_id),
    )
    return answer(NearCases(tuple(_near(door, one) for one in found)))


async def case_meant(
    door: ApiDoor, token: str | None, position: Position | None, story: str, category: str | None
) -> UUID | None:
    """The case that `same_as` stands for; None where it stands for none any more: then it is a complaint like others."""
    if token is None or position is None:
        return None
    return await me_too.said_same(
        door.desk,
        me_too.key_of(door.keys),
        token,
        position=position,
        categories=me_too.kinds_about(door.desk, story, category=category),
        at=door.db.clock.now(),
    )


def _near(door: ApiDoor, one: me_too.NearShown) -> NearCase:
    return NearCase(
        same_as=one.token,
        category_name=one.category_name,
        within_m=100 if one.within_m <= 100 else 200,
        state=one.state,
        state_name=door.text(f"complaint.state.{one.state}"),
    )
