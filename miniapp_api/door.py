"""What the mini-program's API works with; built once per process by the composition root."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, cast
from uuid import UUID

from sanic import Request

from casework.complaints.desk import Desk
from casework.inquiries.desk import InquiryDesk
from casework.misconduct import Misconduct
from casework.notifications.wishes import NoticeWishes
from casework.penalties.desk import PenaltyDesk
from casework.people.profile import ConsentsSection
from content.bureau_profile import BureauSection
from content.interpretations.gists import Gists
from content.interpretations.hearing import Hearing, NoHearing
from content.interpretations.manners import Manners
from content.interpretations.searching import Questions, Shelf
from content.interpretations.views import Answer, EntryView
from kit.catalogue import Catalogue
from kit.db import Change, Database
from kit.files.store import FileStore
from kit.files.uploads import Uploads
from kit.http.addresses import ClientAddresses
from kit.http.rate_limit import RateLimit
from kit.http.sessions import Sessions
from kit.http.sign_in_limit import SignInLimit
from kit.problems import NotFound
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from miniapp_api.permit_side import PermitSide
from miniapp_api.platform import MiniPlatform, PlatformOpening

CITIZEN = "citizen"

AlsoHeld = Callable[[frozenset[UUID]], Awaitable[Mapping[str, object]]]
"""What other doors hold of a person's accounts, as plain values for the export."""

ForgetAlso = Callable[[Change, list[UUID]], Awaitable[None]]
"""Deletes what other parts keep of accounts that are forgotten altogether."""


class Answerer(Protocol):
    """The knowledge base in force. Pure and fast: nothing is awaited."""

    @property
    def entries(self) -> Sequence[EntryView]:
        """All that is published today."""
        ...

    def answer(self, text: str, /) -> Answer:
        """What may be said to a question."""
        ...

    def entry(self, slug: str, /) -> EntryView | None:
        """A published entry by its name."""
        ...

    def answer_within(self, text: str, slugs: Collection[str], /) -> Answer:
        """The same with only these entries to be found: for what is asked after one of them."""
        ...

    def ranked(self, text: str, limit: int, /) -> Sequence[tuple[EntryView, float]]:
        """The nearest entries, best first."""
        ...


@dataclass(frozen=True)
class ApiDoor:
    """Collaborators of every route, found at `app.ctx.api`. `pace` limits how often somebody may call."""

    desk: Desk
    inquiries: InquiryDesk
    answerer: Answerer
    hearing: Hearing
    shelves: tuple[Shelf, ...]
    gists: Gists
    manners: Manners
    misconduct: Misconduct
    catalogue: Catalogue
    bureau: BureauSection
    consents: ConsentsSection
    keys: KeyRing
    files: FileStore
    uploads: Uploads
    sessions: Sessions
    opening: PlatformOpening | None
    app_id: str
    sign_ins: SignInLimit
    pace: RateLimit
    addresses: ClientAddresses
    notices: NoticeWishes
    also_held: AlsoHeld
    forget_also: ForgetAlso
    permits: PermitSide
    penalties: PenaltyDesk

    @property
    def db(self) -> Database:
        return self.desk.db

    @property
    def sealer(self) -> FieldSealer:
        return self.desk.sealer

    def text(self, key: str, **values: object) -> str:
        """A sentence of the catalogue."""
        return self.catalogue.text(key, **values)

    @cached_property
    def document(self) -> bytes:
        """The OpenAPI document, written when somebody first asks for it."""
        from miniapp_api.openapi import document_of

        return document_of(self.catalogue, self.desk.policy, self.bureau.name)

    @cached_property
    def docs_page(self) -> bytes:
        """The same for people."""
        from miniapp_api.docs_page import page_of

        return page_of(self.document, self.catalogue)

    async def platform(self) -> MiniPlatform:
        """The platform's side. Raises NotFound where the bureau has no mini-program."""
        if self.opening is None:
            raise NotFound("problem.api.no_mini_program")
        return await self.opening()


def build_api(
    *,
    desk: Desk,
    inquiries: InquiryDesk,
    answerer: Answerer,
    misconduct: Misconduct,
    catalogue: Catalogue,
    bureau: BureauSection,
    consents: ConsentsSection,
    keys: KeyRing,
    files: FileStore,
    app_id: str | None,
    platform: PlatformOpening | None,
    notices: NoticeWishes,
    also_held: AlsoHeld,
    forget_also: ForgetAlso,
    permits: PermitSide,
    penalties: PenaltyDesk,
    sign_ins: SignInLimit | None = None,
    pace: RateLimit | None = None,
    hearing: Hearing | None = None,
    shelves: Sequence[Shelf] = (),
    gists: Gists | None = None,
    trusted_proxies: Sequence[str] = (),
) -> ApiDoor:
    """Put the door together. Without `platform` every sign-in says that there is no mini-program.

    Without `sign_ins` and `pace` callers are limited in this process alone. `shelves` are what the search box finds
    beside the questions; `gists` says what the cited articles are about.
    """
    clock = desk.db.clock
    return ApiDoor(
        desk=desk,
        inquiries=inquiries,
        answerer=answerer,
        hearing=hearing or NoHearing(),
        shelves=(Questions(answerer), *shelves),
        gists=gists or {},
        manners=Manners(catalogue),
        misconduct=misconduct,
        catalogue=catalogue,
        bureau=bureau,
        consents=consents,
        keys=keys,
        files=files,
        uploads=Uploads(desk.db, files),
        sessions=Sessions(desk.db, keys),
        opening=platform,
        app_id=app_id or "",
        sign_ins=sign_ins or SignInLimit(None, keys, clock),
        pace=pace or RateLimit(None, keys, clock),
        addresses=ClientAddresses(trusted_proxies),
        notices=notices,
        also_held=also_held,
        forget_also=forget_also,
        permits=permits,
        penalties=penalties,
    )


def door_of(request: Request) -> ApiDoor:
    """The API of the application that serves this request."""
    return cast("ApiDoor", request.app.ctx.api)
