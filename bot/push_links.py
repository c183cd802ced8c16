"""Where a tap on a notice leads: the case's mobile page, its page in the mini-program, the console for staff."""

from __future__ import annotations

from dataclasses import dataclass

from bot.profile import MiniProgramPages
from casework.notifications.channel import DeliveryMessage
from kit.references import parse_reference
from wechat.sending import MiniProgramPage

COMPLAINT_LETTERS = "TS"


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
    ) -> None:
        self._public_url = public_url
        self._mini_program = mini_program
        self._console_url = console_url

    def of(self, delivery: DeliveryMessage) -> PushTarget:
        """Only complaints have a page; other notices say everything in their words."""
        reference = delivery.params.get("reference", "")
        parsed = parse_reference(reference)
        if parsed is None or parsed.kind != COMPLAINT_LETTERS:
            return NOWHERE
        if delivery.recipient_kind == "staff":
            url = f"{self._console_url}/console/cases/{reference}" if self._console_url else None
            return PushTarget(url)
        pages = self._mini_program
        mini_page = None
        if pages is not None and pages.case_page is not None:
            mini_page = MiniProgramPage(pages.app_id, f"{pages.case_page}?reference={reference}")
        return PushTarget(f"{self._public_url}/h5/cases/{reference}" if self._public_url else None, mini_page)
