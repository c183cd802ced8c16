"""What a citizen does on the demo phone, turned into what the platform sends."""

from zlib import crc32

from wechat.standin.citizens import Citizen
from wechat.standin.courier import Courier
from wechat.standin.demo import Place, Scene, Template
from wechat.standin.inbound import (
    Element,
    InboundMessage,
    consent_elements,
    document,
    event_elements,
    image_elements,
    location_elements,
    text_elements,
)
from wechat.standin.media import Medium
from wechat.standin.platform import Platform

LONGEST_SUMMARY = 60


class Phone:
    """One citizen's hand on one account. Every action shows on the phone and leaves for the webhook."""

    def __init__(self, platform: Platform, courier: Courier, citizen: Citizen) -> None:
        self._platform = platform
        self._courier = courier
        self._citizen = citizen

    def write(self, text: str, menu_id: str | None = None) -> None:
        """`menu_id` is set when the text was chosen from a menu message."""
        self._platform.show_own(self._citizen, "text", {"text": text})
        self._send_message("text", text, text_elements(text, menu_id))

    def send_picture(self, medium: Medium, picture_url: str) -> None:
        self._platform.show_own(self._citizen, "image", {"fields": {"media_id": medium.media_id}})
        self._send_message("image", "", image_elements(medium.media_id, picture_url))

    def send_location(self, place: Place) -> None:
        self._platform.show_own(
            self._citizen, "location", {"text": place.label, "fields": {"detail": place.detail}}
        )
        label = f"{place.detail} ({place.label})" if place.detail else place.label
        self._send_message("location", place.label, location_elements(place.latitude, place.longitude, label))

    def press(self, button: dict[str, object]) -> None:
        """A menu button: a click is answered by the account, a view only opens its page."""
        if button.get("type") == "click":
            self._platform.citizens.touched(self._citizen)
            self._send_event(
                "CLICK", str(button.get("name", "")), event_elements("CLICK", str(button.get("key", "")))
            )
        elif button.get("type") == "view":
            elements = event_elements("VIEW", str(button.get("url", "")))
            self._send_event("VIEW", str(button.get("name", "")), elements, told_on_failure=False)

    def follow(self) -> None:
        """Follow the account; nothing happens when it is followed already."""
        if self._citizen.followed:
            return
        self._citizen.followed = True
        self._citizen.followed_at = self._platform.config.clock.now()
        self.greet()

    def greet(self) -> None:
        """The event of a new follower."""
        self._platform.citizens.touched(self._citizen)
        self._tell_citizen()
        self._send_event("subscribe", "", event_elements("subscribe", ""), told_on_failure=False)

    def unfollow(self) -> None:
        if not self._citizen.followed:
            return
        self._citizen.followed = False
        self._citizen.consents.clear()
        self._tell_citizen()
        self._send_event("unsubscribe", "", event_elements("unsubscribe", ""), told_on_failure=False)

    def scan(self, scene: Scene) -> None:
        """Scan a QR code with a scene; whoever does not follow yet does so by scanning."""
        ticket: Element = ("Ticket", f"ticket-{crc32(scene.key.encode()):08x}")
        if self._citizen.followed:
            event, key = "SCAN", scene.key
        else:
            event, key = "subscribe", f"qrscene_{scene.key}"
            self._citizen.followed = True
            self._tell_citizen()
        self._platform.citizens.touched(self._citizen)
        self._send_event(event, scene.label, event_elements(event, key, ticket))

    def answer_consent(self, template: Template, *, accepted: bool) -> None:
        """The subscription sheet was answered."""
        long_term = template.consent == "long_term"
        self._platform.citizens.consented(self._citizen, template.id, long_term=long_term, accepted=accepted)
        elements = consent_elements(template.id, accepted=accepted)
        self._send_event("subscribe_msg_popup_event", template.title, elements, told_on_failure=False)
        self._tell_citizen()

    def _send_message(self, kind: str, summary: str, elements: list[Element]) -> None:
        self._platform.citizens.wrote(self._citizen)
        msg_id = self._platform.next_message_id()
        xml = self._document([*elements, ("MsgId", msg_id)])
        self._courier.post(InboundMessage(self._citizen.openid, kind, _short(summary), xml, msg_id))

    def _send_event(
        self, event: str, summary: str, elements: list[Element], *, told_on_failure: bool = True
    ) -> None:
        xml = self._document(elements)
        message = InboundMessage(
            self._citizen.openid, event, _short(summary), xml, told_on_failure=told_on_failure
        )
        self._courier.post(message)

    def _document(self, elements: list[Element]) -> bytes:
        config = self._platform.config
        created_at = int(config.clock.now().timestamp())
        return document(config.demo.account.original_id, self._citizen.openid, created_at, elements)

    def _tell_citizen(self) -> None:
        self._platform.feed.publish(self._citizen.openid, "citizen", citizen_content(self._citizen))


def citizen_content(citizen: Citizen) -> dict[str, object]:
    """What the page shows of its owner; `consents` counts what is left per template."""
    return {
        "openid": citizen.openid,
        "name": citizen.name,
        "followed": citizen.followed,
        "consents": {key: held.left for key, held in citizen.consents.items()},
    }


def name_for(openid: str, names: list[str]) -> str:
    """The same name for the same openid."""
    return names[crc32(openid.encode()) % len(names)]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_SUMMARY else line[: LONGEST_SUMMARY - 1] + "…"
