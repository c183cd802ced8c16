"""The pretended platform's whole state, and the one place where something reaches a phone."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from wechat.standin.account import AccountState
from wechat.standin.citizens import Citizen, Citizens
from wechat.standin.codes import CodeBook
from wechat.standin.config import StandinConfig
from wechat.standin.demo import Template
from wechat.standin.faults import FaultBoard
from wechat.standin.feed import EVERYONE, Feed
from wechat.standin.kf import KfDesk, new_desk
from wechat.standin.ledger import CallLog, CallRecord, Ledger, LedgerEntry
from wechat.standin.library import Library
from wechat.standin.mass import MassDesk
from wechat.standin.media import MediaStore
from wechat.standin.miniapp import MiniappDesk
from wechat.standin.oauth import OAuthDesk
from wechat.standin.quotas import Quotas
from wechat.standin.refusals import Refusal
from wechat.standin.tags import TagBook
from wechat.standin.tickets import TicketDesk
from wechat.standin.tokens import TokenDesk

MOST_TEMPLATE_SENDS = 20_000
TEMPLATE_SENDS_KNOWN_FOR = timedelta(minutes=10)
"""Afterwards a template message with the same `client_msg_id` is sent anew."""
TOKEN_ENDPOINTS = frozenset({"/cgi-bin/token", "/cgi-bin/stable_token"})


@dataclass
class PushSwitches:
    """What goes wrong on the way to the webhook.

    `copies` 3 is the platform sending all three tries, 4 one more than it should. `reorder` lets each message be
    overtaken by the next. `delay_ms` is a slow platform: before each delivery and each answer of the API. `mix`
    sends every second message unencrypted although safe mode is on. `tries` 0 leaves the number as configured.
    """

    copies: int = 1
    spacing_s: float = 5.0
    bad_signature: bool = False
    reorder: bool = False
    delay_ms: int = 0
    mix: bool = False
    tries: int = 0


@dataclass
class Platform:
    """Everything the endpoints, the courier and the demo phone share."""

    config: StandinConfig
    random: Random
    tokens: TokenDesk
    citizens: Citizens
    media: MediaStore
    quotas: Quotas
    faults: FaultBoard
    feed: Feed
    account: AccountState
    oauth: OAuthDesk
    kf: KfDesk
    library: Library
    codes: CodeBook
    mass: MassDesk
    miniapp: MiniappDesk
    tickets: TicketDesk
    tags: TagBook
    ledger: Ledger = field(default_factory=Ledger)
    calls: CallLog = field(default_factory=CallLog)
    switches: PushSwitches = field(default_factory=PushSwitches)
    menu: list[dict[str, object]] | None = None
    templates: dict[str, Template] = field(default_factory=dict)
    template_sends: dict[tuple[str, str], tuple[int, datetime]] = field(default_factory=dict)
    last_message_id: int = 0
    last_send_id: int = 0

    def next_message_id(self) -> int:
        self.last_message_id += 1 + self.random.randrange(97)
        return self.last_message_id

    def next_send_id(self) -> int:
        self.last_send_id += 1 + self.random.randrange(97)
        return self.last_send_id

    def shown_menu(self) -> list[dict[str, object]]:
        """The menu at the foot of the chat: the one created by the account, or the demo's."""
        return self.config.demo.menu if self.menu is None else self.menu

    def has_medium(self, kind: str, media_id: str) -> bool:
        """Whether a temporary or permanent file of this kind has the id."""
        material = self.library.materials.get(media_id)
        if material is not None:
            return material.kind == kind
        try:
            return self.media.find(media_id).kind == kind
        except Refusal:
            return False

    def show(
        self,
        citizen: Citizen,
        kind: str,
        api: str,
        *,
        text: str = "",
        fields: dict[str, str] | None = None,
        template_id: str = "",
        client_msg_id: str = "",
        bubble: dict[str, object] | None = None,
    ) -> LedgerEntry:
        """Put something on the citizen's phone and in the ledger. `bubble` holds what only the page needs."""
        entry = LedgerEntry(
            id=self.ledger.next_id(),
            openid=citizen.openid,
            kind=kind,
            api=api,
            at=self.config.clock.now(),
            text=text,
            fields=fields or {},
            template_id=template_id,
            client_msg_id=client_msg_id,
        )
        self.ledger.add(entry)
        citizen.typing_until_at = None
        self.feed.publish(citizen.openid, "typing", {"on": False})
        shown: dict[str, object] = {
            "id": entry.id,
            "from": "account",
            "kind": kind,
            "api": api,
            "at": entry.at,
            "text": text,
            "fields": entry.fields,
        }
        self.feed.publish(citizen.openid, "bubble", shown | (bubble or {}))
        return entry

    def show_own(self, citizen: Citizen, kind: str, bubble: dict[str, object]) -> None:
        """Put what the citizen sent on the citizen's own screen."""
        shown = {"id": self.ledger.next_id(), "from": "citizen", "kind": kind, "at": self.config.clock.now()}
        self.feed.publish(citizen.openid, "bubble", shown | bubble)

    def show_notice(self, citizen: Citizen, text: str) -> None:
        """A grey line in the chat: the platform itself speaking."""
        shown = {"id": self.ledger.next_id(), "from": "platform", "kind": "notice", "text": text}
        self.feed.publish(citizen.openid, "bubble", shown | {"at": self.config.clock.now()})

    def record_call(self, record: CallRecord) -> None:
        """Count a call and show it beside the phone it concerns; token calls concern every phone."""
        self.calls.add(record)
        if record.openid or record.endpoint in TOKEN_ENDPOINTS:
            self.feed.publish(record.openid or EVERYONE, "call", record)

    def remember_template_send(self, openid: str, client_msg_id: str, send_id: int) -> None:
        while len(self.template_sends) >= MOST_TEMPLATE_SENDS:
            del self.template_sends[next(iter(self.template_sends))]
        self.template_sends.pop((openid, client_msg_id), None)
        self.template_sends[openid, client_msg_id] = (send_id, self.config.clock.now())

    def earlier_template_send(self, openid: str, client_msg_id: str) -> int | None:
        """The number of the message sent to this citizen under this id, unless that is too long ago."""
        found = self.template_sends.get((openid, client_msg_id))
        if found is None or self.config.clock.now() >= found[1] + TEMPLATE_SENDS_KNOWN_FOR:
            return None
        return found[0]

    def reset(self) -> None:
        """Forget faults, switches, counts and the ledger; citizens, tokens and what is kept for good stay."""
        self.faults.clear()
        self.account = AccountState(self.config.kind)
        self.mass.clear()
        self.switches = PushSwitches()
        self.calls.clear()
        self.ledger.clear()
        self.quotas.clear()


def new_platform(config: StandinConfig) -> Platform:
    """A platform that has just opened its doors."""
    random = Random(config.seed)  # noqa: S311 - a pretended platform: runs must repeat
    apps = {config.app_id: config.app_secret}
    if config.miniapp_app_id:
        apps[config.miniapp_app_id] = config.miniapp_app_secret
    clock = config.clock
    citizens = Citizens(clock)
    started_us = int(clock.now().timestamp() * 1_000_000)
    return Platform(
        config=config,
        random=random,
        tokens=TokenDesk(clock, random, apps),
        citizens=citizens,
        media=MediaStore(clock, random),
        quotas=Quotas(clock),
        faults=FaultBoard(random),
        feed=Feed(epoch=f"{int(clock.now().timestamp()):x}{random.getrandbits(32):08x}"),
        account=AccountState(config.kind),
        oauth=OAuthDesk(clock, random),
        kf=new_desk(clock, config.demo.account.original_id),
        library=Library(clock, random),
        codes=CodeBook(clock, random),
        mass=MassDesk(clock),
        miniapp=MiniappDesk(clock, random),
        tickets=TicketDesk(clock, random),
        tags=TagBook(citizens),
        templates={template.id: template for template in config.demo.templates},
        # Counted from the clock: an id of an earlier run would be taken for a repeated message.
        last_message_id=started_us * 10,
        last_send_id=started_us * 1_000,
    )
