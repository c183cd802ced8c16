"""What the citizens' pages work with; built once per process by the composition root."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, cast
from uuid import UUID

from sanic import Request

from casework.complaints.desk import Desk
from casework.inquiries.desk import InquiryDesk
from casework.misconduct import Misconduct
from casework.notifications.stop_links import StopLinks
from casework.notifications.wishes import NoticeWishes
from casework.penalties.desk import PenaltyDesk
from casework.people.profile import ConsentsSection
from casework.projects.desk import ProjectDesk
from casework.projects.profile import ProjectsSection
from content.bureau_profile import BureauSection
from content.interpretations.answering import Answerer
from content.interpretations.gists import Gists
from content.interpretations.hearing import Hearing, NoHearing
from content.interpretations.manners import Manners
from content.interpretations.searching import Questions, Shelf
from content.interpretations.views import Answer, EntryView
from kit.catalogue import Catalogue
from kit.clock import Clock
from kit.db import Change, Database
from kit.files.store import FileStore
from kit.files.uploads import Uploads
from kit.http.addresses import ClientAddresses
from kit.http.assets import Assets
from kit.http.cookies import SessionCookie
from kit.http.csrf import VisitToken
from kit.http.rate_limit import RateLimit
from kit.http.sessions import Sessions
from kit.http.sign_in_limit import SignInLimit
from kit.http.slow_down import LoginSlowDown
from kit.sealing import FieldSealer
from kit.secrets import KeyRing
from web.h5.permit_door import PermitSide
from web.h5.platform import PlatformOpening
from web.h5.words import Words
from web.rendering import Pages

CITIZEN, RECEIPT, PENALTY = "citizen", "receipt", "penalty"
FORMS_LIE_OPEN = timedelta(days=30)
"""For so long a form that was opened may be sent, whatever became of the session."""


AlsoHeld = Callable[[frozenset[UUID]], Awaitable[Mapping[str, object]]]
"""What other doors hold of a person's accounts, as plain values for the export."""

ForgetAlso = Callable[[Change, list[UUID]], Awaitable[None]]
"""Deletes what other parts keep of accounts that are forgotten altogether."""


class Answering(Protocol):
    """The published questions and answers. Pure and fast: nothing is awaited."""

    @property
    def entries(self) -> Sequence[EntryView]:
        """All that is published today."""
        ...

    def answer(self, text: str, /) -> Answer:
        """What to do with a question."""
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
class H5Door:
    """Collaborators of every page, found at `app.ctx.h5`.

    `filings` is the visit of who fills in forms without having signed in; `keys` are those of receipts.
    """

    desk: Desk
    inquiries: InquiryDesk
    sealer: FieldSealer
    consents: ConsentsSection
    bureau: BureauSection
    words: Words
    answering: Answering
    hearing: Hearing
    shelves: tuple[Shelf, ...]
    gists: Gists
    manners: Manners
    pages: Pages
    assets: Assets
    files: FileStore
    sessions: Sessions
    cookie: SessionCookie
    visits: VisitToken
    filings: VisitToken
    keys: KeyRing
    uploads: Uploads
    misconduct: Misconduct
    platform: PlatformOpening
    app_id: str
    public_url: str
    in_any_browser: bool
    notices: NoticeWishes
    stop_links: StopLinks
    also_held: AlsoHeld
    forget_also: ForgetAlso
    receipt_cookie: SessionCookie
    receipt_tries: LoginSlowDown
    sign_ins: SignInLimit
    limits: RateLimit
    addresses: ClientAddresses
    permits: PermitSide
    penalties: PenaltyDesk
    projects: ProjectDesk
    penalty_cookie: SessionCookie

    @property
    def db(self) -> Database:
        return self.desk.db

    @property
    def clock(self) -> Clock:
        return self.desk.db.clock


def build_h5(
    *,
    desk: Desk,
    inquiries: InquiryDesk,
    keys: KeyRing,
    catalogue: Catalogue,
    assets: Assets,
    files: FileStore,
    bureau: BureauSection,
    consents: ConsentsSection,
    app_id: str,
    public_url: str,
    platform: PlatformOpening,
    notices: NoticeWishes,
    also_held: AlsoHeld,
    forget_also: ForgetAlso,
    permits: PermitSide,
    penalties: PenaltyDesk,
    projects: ProjectDesk | None = None,
    in_any_browser: bool = False,
    answering: Answering | None = None,
    hearing: Hearing | None = None,
    shelves: Sequence[Shelf] = (),
    gists: Gists | None = None,
    receipt_tries: LoginSlowDown | None = None,
    sign_ins: SignInLimit | None = None,
    limits: RateLimit | None = None,
    trusted_proxies: Sequence[str] = (),
) -> H5Door:
    """Put the door together. Without `sign_ins` and `limits` acts are limited in this process alone.

    `shelves` are what the search box finds beside the questions; `gists` says what the cited articles are about.

    `platform` opens the platform's side when somebody first signs in. `in_any_browser`: the platform's sign-in
    works outside WeChat too, which is true of the stand-in alone.
    """
    engine = answering or Answerer(())
    return H5Door(
        desk=desk,
        inquiries=inquiries,
        sealer=desk.sealer,
        consents=consents,
        bureau=bureau,
        words=Words(catalogue),
        answering=engine,
        hearing=hearing or NoHearing(),
        shelves=(Questions(engine), *shelves),
        gists=gists or {},
        manners=Manners(catalogue),
        pages=Pages(catalogue, assets.url),
        assets=assets,
        files=files,
        sessions=Sessions(desk.db, keys),
        cookie=SessionCookie(CITIZEN, public_url),
        visits=VisitToken(keys, public_url),
        filings=VisitToken(keys, public_url, name="cg_filing", lifetime=FORMS_LIE_OPEN),
        keys=keys,
        uploads=Uploads(desk.db, files),
        misconduct=Misconduct(catalogue),
        platform=platform,
        app_id=app_id,
        public_url=public_url,
        in_any_browser=in_any_browser,
        notices=notices,
        stop_links=StopLinks(keys, desk.db.clock),
        also_held=also_held,
        forget_also=forget_also,
        receipt_cookie=SessionCookie(RECEIPT, public_url),
        receipt_tries=receipt_tries or LoginSlowDown(None, keys, desk.db.clock),
        sign_ins=sign_ins or SignInLimit(None, keys, desk.db.clock),
        limits=limits or RateLimit(None, keys, desk.db.clock),
        addresses=ClientAddresses(trusted_proxies),
        permits=permits,
        penalties=penalties,
        projects=projects or ProjectDesk(desk.db, ProjectsSection(), desk.sealer, public_url),
        penalty_cookie=SessionCookie(PENALTY, public_url),
    )


def door_of(request: Request) -> H5Door:
    """The pages of the application that serves this request."""
    return cast("H5Door", request.app.ctx.h5)
