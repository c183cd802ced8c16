"""What a citizen does on the demo phone, turned into what the platform sends."""

from collections.abc import Mapping, Sequence
from zlib import crc32

from wechat.standin.citizens import Citizen
from wechat.standin.courier import Courier
from wechat.standin.demo import Place
from wechat.standin.inbound import (
    Element,
    InboundMessage,
    consent_changed_elements,
    consent_elements,
    document,
    event_elements,
    film_elements,
    image_elements,
    link_elements,
    location_elements,
    text_elements,
    voice_elements,
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

    def send_voice(
        self,
        medium: Medium,
        seconds: int,
        recognition: str | None,
        *,
        spoken: str = "",
        recording: str = "",
    ) -> None:
        """`spoken` and `recording` are for the page alone: what it reads aloud, or plays again."""
        shown = {
            "seconds": str(seconds),
            "spoken": spoken,
            "recording": recording,
            "recognised": "" if recognition is None else "yes",
        }
        self._platform.show_own(self._citizen, "voice", {"text": recognition or "", "fields": shown})
        self._send_message("voice", recognition or "", voice_elements(medium.media_id, recognition))

    def send_film(self, medium: Medium, thumb: Medium, seconds: int | None = None) -> None:
        shown = {
            "media_id": medium.media_id,
            "thumb_media_id": thumb.media_id,
            "seconds": "" if seconds is None else str(seconds),
        }
        self._platform.show_own(self._citizen, "video", {"fields": shown})
        self._send_message("video", "", film_elements(medium.media_id, thumb.media_id))

    def send_location(self, place: Place) -> None:
        self._platform.show_own(
            self._citizen, "location", {"text": place.label, "fields": {"detail": place.detail}}
        )
        elements = location_elements(place.latitude, place.longitude, whole_label(place))
        self._send_message("location", place.label, elements)

    def send_link(self, title: str, description: str, url: str) -> None:
        shown = {"description": description, "url": url}
        self._platform.show_own(self._citizen, "link", {"text": title, "fields": shown})
        self._send_message("link", title, link_elements(title, description, url))

    def touch_menu(self, event: str, name: str, elements: Sequence[Element], *, answered: bool) -> None:
        """A button of the menu was used. `answered`: the citizen waits for the account's answer."""
        self._platform.citizens.touched(self._citizen)
        self._send_event(event, name, list(elements), told_on_failure=answered)

    def open_page(self, name: str, url: str) -> None:
        """A button of the menu opened its page; no allowance to send comes of that."""
        self._send_event("VIEW", name, event_elements("VIEW", url), told_on_failure=False)

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

    def scan(self, key: str, label: str, ticket: str = "") -> None:
        """Scan a QR code with a scene; whoever does not follow yet does so by scanning."""
        ticketed: Element = ("Ticket", ticket or f"ticket-{crc32(key.encode()):08x}")
        if self._citizen.followed:
            event, event_key = "SCAN", key
        else:
            event, event_key = "subscribe", f"qrscene_{key}"
            self._citizen.followed = True
            self._citizen.followed_at = self._platform.config.clock.now()
            self._tell_citizen()
        self._platform.citizens.touched(self._citizen)
        self._send_event(event, label, event_elements(event, event_key, ticketed))

    def answer_consents(self, answers: Mapping[str, bool]) -> None:
        """The subscription sheet was answered: known templates -> allowed."""
        self._note_consents(answers)
        elements = consent_elements(answers)
        self._send_event("subscribe_msg_popup_event", self._titles(answers), elements, told_on_failure=False)
        self._tell_citizen()

    def change_consents(self, answers: Mapping[str, bool]) -> None:
        """Subscriptions were switched in the account's settings; switching off drops what was left."""
        for template_id, accepted in answers.items():
            if accepted:
                self._note_consents({template_id: True})
            else:
                self._citizen.consents.pop(template_id, None)
        elements = consent_changed_elements(answers)
        self._send_event("subscribe_msg_change_event", self._titles(answers), elements, told_on_failure=False)
        self._tell_citizen()

    def _note_consents(self, answers: Mapping[str, bool]) -> None:
        for template_id, accepted in answers.items():
            long_term = self._platform.templates[template_id].consent == "long_term"
            self._platform.citizens.consented(
                self._citizen, template_id, long_term=long_term, accepted=accepted
            )

    def _titles(self, answers: Mapping[str, bool]) -> str:
        return "、".join(self._platform.templates[template_id].title for template_id in answers)

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


def whole_label(place: Place) -> str:
    """Address and name in one line, as the platform sends them."""
    return f"{place.detail} ({place.label})" if place.detail else place.label


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
