"""What is kept of a person, what they agreed to, and taking it back; a guardian's word for a child."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise.models import Model

from bot.dialogue_shape import Option
from bot.dialogues import GUARDIAN, REVOKE_CONSENT
from bot.kinds import Answer
from bot.phrases import Phrases
from bot.talks import Beginning, Ended, Ending, Talks
from bot.turns import Message, Standing
from casework.actors import citizen
from casework.people import consents, merging
from casework.people.consents import Guardian, Purpose
from casework.people.profile import ConsentsSection
from kit.db import Database
from kit.sealing import FieldSealer


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

    async def unbind(self, account_id: UUID | None) -> str:
        """Take this WeChat out of the accounts it was linked with."""
        if account_id is None or len(await merging.members(account_id)) == 1:
            return self._phrases.say("bot.personal.not_linked")
        await merging.unlink(self._db, citizen(account_id), account_id)
        return self._phrases.say("bot.personal.unlinked")

    async def rows_for_filing(self, account_id: UUID, *, phone: bool, location: bool) -> tuple[Model, ...]:
        """What was told and agreed to by filing, where it is not on record yet."""
        version = self._wording.version_of
        known = {(one.purpose, one.version) for one in await consents.in_force(account_id)}
        wanted = [Purpose.COLLECTION_NOTICE, *([Purpose.PHONE] if phone else [])]
        wanted += [Purpose.LOCATION] if location else []
        rows: list[Model] = []
        for purpose in wanted:
            if (purpose.value, version(purpose.value)) not in known:
                rows += consents.consent_rows(
                    self._db, self._sealer, account_id, purpose, version(purpose.value), "chat"
                )
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
        if purpose is Purpose.COLLECTION_NOTICE:
            return Ended(self._phrases.say("bot.personal.revoked", title=self._title(purpose), after=""))
        after = getattr(self._wording, purpose.value).revoking
        return Ended(self._phrases.say("bot.personal.revoked", title=self._title(purpose), after=after))

    def _title(self, purpose: str) -> str:
        return str(getattr(self._wording, purpose).title)
