"""What is kept of a person, what they agreed to, and taking it back; a guardian's word for a child."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.models import Model

from bot.dialogue_shape import Option
from bot.dialogues import GUARDIAN, REVOKE_CONSENT, UNLINK
from bot.kinds import Answer
from bot.phrases import Phrases
from bot.talks import Beginning, Ended, Ending, Talks
from bot.turns import Message, Standing
from casework.actors import citizen
from casework.people import consents, merging
from casework.people.consents import ConsentStanding, Guardian, Purpose
from casework.people.profile import ConsentsSection
from kit.db import Database
from kit.sealing import FieldSealer


@dataclass(frozen=True)
class Agreement:
    """What a citizen agrees to: on record, and by going on after its wording was shown (purpose, moment)."""

    standing: ConsentStanding
    told: Mapping[str, datetime]

    def allows(self, purpose: Purpose) -> bool:
        """Whether what was given for this purpose may be kept."""
        return self.standing.holds_once_told(purpose.value, self.told.get(purpose.value))


def consent_words(wording: ConsentsSection) -> dict[str, str]:
    """Placeholders for texts that show the wording of what is agreed to."""
    return {
        "notice_short": wording.collection_notice.short,
        "location_title": wording.location.title,
        "location_text": wording.location.text,
        "contact_title": wording.contact_phone.title,
        "contact_text": wording.contact_phone.text,
        "guardian_text": wording.guardian.text,
    }


class Personal:
    """One per process."""

    def __init__(
        self, db: Database, sealer: FieldSealer, wording: ConsentsSection, talks: Talks, phrases: Phrases
    ) -> None:
        self._db = db
        self._sealer = sealer
        self._wording = wording
        self._talks = talks
        self._phrases = phrases
        talks.finishes(GUARDIAN, self._guardian)
        talks.finishes(REVOKE_CONSENT, self._revoke)
        talks.finishes(UNLINK, self._unlink)

    async def told(self, account_id: UUID | None) -> str:
        """What we keep and what was agreed to."""
        say = self._phrases.say
        lines = [say("bot.personal.kept")]
        given = () if account_id is None else await consents.in_force(account_id)
        for one in given:
            title = self._title(one.purpose)
            lines.append(say("bot.personal.given", title=title, at=self._phrases.moment(one.given_at)))
        if not given:
            lines.append(say("bot.personal.nothing_given"))
        if account_id is not None and len(await merging.members(account_id)) > 1:
            lines.append(say("bot.personal.linked"))
        lines.append(say("bot.personal.how"))
        return "\n".join(lines)

    async def start_revoking(self, message: Message, at: datetime) -> str:
        """Ask which consent is to end."""

        async def make(standing: Standing) -> Beginning | str:
            given = () if standing.is_new else await consents.in_force(standing.account_id)
            purposes = dict.fromkeys(one.purpose for one in given)
            options = tuple(
                Option(purpose, self._title(purpose))
                for purpose in purposes
                if purpose != Purpose.COLLECTION_NOTICE
            )
            if not options:
                return self._phrases.say("bot.personal.nothing_to_revoke")
            known = {"purpose": Answer(text=options[0].value)} if len(options) == 1 else {}
            return Beginning(REVOKE_CONSENT, known, options=options)

        return await self._talks.start(message, at, make)

    async def start_guardian(self, message: Message, at: datetime) -> str:
        """Ask for the guardian's name, number and yes."""

        async def make(_: Standing) -> Beginning:
            return Beginning(GUARDIAN, about=str(self._wording.guardian.under_years))

        return await self._talks.start(message, at, make)

    async def start_unlinking(self, message: Message, at: datetime) -> str:
        """Say what it means to take this WeChat out of the accounts it is linked with, and ask for a yes."""

        async def make(standing: Standing) -> Beginning | str:
            count = 1 if standing.is_new else len(await merging.members(standing.account_id))
            if count == 1:
                return self._phrases.say("bot.personal.not_linked")
            return Beginning(UNLINK, about=str(count))

        return await self._talks.start(message, at, make)

    async def unwanted(self, account_id: UUID) -> tuple[str, ...]:
        """What a draft must do without from its beginning: the coordinates of a place."""
        standing = await consents.standing(account_id)
        return (Purpose.LOCATION.value,) if Purpose.LOCATION in standing.taken_back else ()

    async def agreement(self, account_id: UUID, told: Mapping[str, datetime]) -> Agreement:
        """What may be kept of somebody who was shown these wordings at these moments, and went on."""
        return Agreement(await consents.standing(account_id), told)

    def rows(self, account_id: UUID, agreement: Agreement, used: Iterable[Purpose]) -> tuple[Model, ...]:
        """What was told and agreed to in this conversation, where it is not on record yet."""
        rows: list[Model] = []
        for purpose in used:
            version = self._wording.version_of(purpose.value)
            if purpose in agreement.told and (purpose.value, version) not in agreement.standing.given:
                rows += consents.consent_rows(self._db, self._sealer, account_id, purpose, version, "chat")
        return tuple(rows)

    async def _guardian(self, ending: Ending) -> Ended:
        details: Guardian = consents.guardian(ending.answers["name"].text, ending.answers["phone"].text)
        await consents.give(
            self._db,
            self._sealer,
            ending.account_id,
            Purpose.GUARDIAN,
            self._wording.guardian.version,
            "chat",
            details,
        )
        return Ended(self._phrases.say("bot.personal.guardian_noted"))

    async def _revoke(self, ending: Ending) -> Ended:
        purpose = Purpose(ending.answers["purpose"].text)
        await consents.revoke(self._db, citizen(ending.account_id), ending.account_id, purpose)
        after = getattr(self._wording, purpose.value).revoking
        text = self._phrases.say("bot.personal.revoked", title=self._title(purpose), after=after)
        # A number typed into a draft goes with either of the two.
        ended = Purpose.CONTACT_PHONE if purpose is Purpose.PHONE else purpose
        return Ended(text, taken_back=ended.value)

    async def _unlink(self, ending: Ending) -> Ended:
        await merging.unlink(self._db, citizen(ending.account_id), ending.account_id)
        return Ended(self._phrases.say("bot.personal.unlinked"))

    def _title(self, purpose: str) -> str:
        return str(getattr(self._wording, purpose).title)
