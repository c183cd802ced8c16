"""Where a tap on a notice leads: the case's mobile page, its page in the mini-program, the console for staff."""

from __future__ import annotations

from dataclasses import dataclass

from bot.profile import MiniProgramPages
from bot.way_out import THEIRS
from casework.notifications.channel import DeliveryMessage
from casework.notifications.preferences import ACCOUNT
from casework.notifications.shape import Topic
from casework.notifications.stop_links import StopLinks
from kit.references import parse_reference
from wechat.sending import MiniProgramPage

COMPLAINT_LETTERS = "TS"
APPLICATION_LETTERS = frozenset({"XK", "BA"})
OF_A_PERMIT = "notify.permit.in_force_"
"""Templates of notices about a granted permit: its own page is by its key."""
OF_A_SIGN = "notify.sign."
"""Templates of notices about a sign, by its key too."""


@dataclass(frozen=True)
class PushTarget:
    """Both None: the notice leads nowhere."""

    url: str | None = None
    mini_page: MiniProgramPage | None = None


NOWHERE = PushTarget()


class Links:
    """`public_url` None: no mobile pages, as where the platform cannot sign anybody in there."""

    def __init__(
        self,
        public_url: str | None = None,
        mini_program: MiniProgramPages | None = None,
        console_url: str | None = None,
        stop_links: StopLinks | None = None,
    ) -> None:
        self._public_url = public_url
        self._mini_program = mini_program
        self._console_url = console_url
        self._stop_links = stop_links

    def of(self, delivery: DeliveryMessage) -> PushTarget:
        """Complaints, applications and permits have a page; other notices say everything in their words."""
        reference = delivery.params.get("reference", "")
        parsed = parse_reference(reference)
        if delivery.recipient_kind == ACCOUNT and (page := _permit_page(delivery)):
            url = f"{self._public_url}{page}" if self._public_url else None
            return PushTarget(url, self._permit_in_mini(delivery))
        if parsed is None or parsed.kind != COMPLAINT_LETTERS:
            return NOWHERE
        if delivery.recipient_kind == "staff":
            url = f"{self._console_url}/console/cases/{reference}" if self._console_url else None
            return PushTarget(url)
        pages = self._mini_program
        mini_page = None
        if pages is not None and pages.case_page is not None:
            mini_page = MiniProgramPage(pages.app_id, f"{pages.case_page}?reference={reference}")
        url = f"{self._public_url}/h5/cases/{reference}{_landing(delivery)}" if self._public_url else None
        return PushTarget(url, mini_page)

    def _permit_in_mini(self, delivery: DeliveryMessage) -> MiniProgramPage | None:
        """The same in the mini-program, where it has such a page."""
        pages, parsed = self._mini_program, parse_reference(delivery.params.get("reference", ""))
        if pages is None or delivery.template.startswith(OF_A_SIGN):
            return None
        if parsed is not None and parsed.kind in APPLICATION_LETTERS:
            page, asked = pages.permit_page, f"reference={parsed}"
        else:
            page, asked = pages.e_permit_page, f"id={delivery.case_id}"
        return MiniProgramPage(pages.app_id, f"{page}?{asked}") if page is not None else None

    def stop(self, delivery: DeliveryMessage) -> str:
        """Where notices of this kind are ended without signing in; "" for those that must be told."""
        is_free = not delivery.must and delivery.recipient_kind == ACCOUNT and delivery.topic in THEIRS
        if not is_free or self._public_url is None or self._stop_links is None:
            return ""
        token = self._stop_links.token(delivery.recipient_id, Topic(delivery.topic))
        return f"{self._public_url}/h5/notices/stop/{token}"


def _landing(delivery: DeliveryMessage) -> str:
    """Names the topic to the page, which then offers to end it."""
    return "" if delivery.must or delivery.topic not in THEIRS else f"?notice={delivery.topic}"


def _permit_page(delivery: DeliveryMessage) -> str:
    """The mobile page of an application, or of the permit or the sign that came of it; "" for what is about none."""
    if delivery.case_id is not None and delivery.template.startswith(OF_A_SIGN):
        return f"/h5/me/signs/{delivery.case_id}"
    parsed = parse_reference(delivery.params.get("reference", ""))
    if parsed is not None and parsed.kind in APPLICATION_LETTERS:
        return f"/h5/me/permits/{parsed}"
    if delivery.case_id is not None and delivery.template.startswith(OF_A_PERMIT):
        return f"/h5/me/e-permits/{delivery.case_id}"
    return ""
