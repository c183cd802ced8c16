"""What people agree to is counted once and in its order; what they want to be told is theirs. On both databases."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from bot.consent_counting import CLAIMS_A_DAY, note_claims, note_consents, note_undelivered
from bot.models import PushConsent
from bot.notice_choices import EVERYTHING, NoticeChoices, choices_of, is_unsubscribed
from casework.actors import citizen, system
from casework.notifications.models import NoticePreference
from casework.notifications.shape import Topic
from casework.people import merging
from casework.people.models import Account
from kit.audit.models import AuditEntry
from kit.clock import FixedClock
from kit.db import Change, Database
from kit.problems import Invalid
from wechat.messages import Consent

YES, NO = Consent("t", True), Consent("t", False)


async def account(database: Database) -> UUID:
    id = database.ids.new()

    async def work(change: Change) -> None:
        await Account(id=id, created_at=change.now).save(force_create=True)

    await database.change(work)
    return id


@pytest.fixture
async def mei(database: Database) -> UUID:
    return await account(database)


class Taps:
    """What the platform and the mini-program tell of one person's taps on one template."""

    def __init__(self, database: Database, clock: FixedClock, account_id: UUID) -> None:
        self.database, self.clock, self.account_id = database, clock, account_id

    async def told(self, *consents: Consent, ago_s: float = 0) -> None:
        at = self.clock.now() - timedelta(seconds=ago_s)
        await self.database.change(lambda change: note_consents(change, self.account_id, consents, at))

    async def claimed(self, *answers: str) -> None:
        for said in answers:
            await self.database.change(partial(note_claims, account_id=self.account_id, answers={"t": said}))

    async def left(self) -> int:
        """How many messages may be sent; -1 after a refusal."""
        row = await PushConsent.get(account_id=self.account_id, template_id="t")
        return -1 if row.refused_at is not None else row.remaining


@pytest.fixture
def taps(database: Database, clock: FixedClock, mei: UUID) -> Taps:
    return Taps(database, clock, mei)


async def test_a_word_that_comes_late_does_not_undo_what_was_said_after_it(taps: Taps) -> None:
    await taps.told(YES, YES)
    await taps.told(NO, ago_s=60)
    assert await taps.left() == 2
    await taps.told(NO)
    await taps.told(YES, ago_s=60)
    assert await taps.left() == -1
    taps.clock.advance(timedelta(seconds=5))
    await taps.told(YES)
    assert await taps.left() == 1


async def test_a_time_to_come_is_taken_for_now(taps: Taps) -> None:
    await taps.told(YES, ago_s=-1e6)
    taps.clock.advance(timedelta(seconds=5))
    await taps.told(NO)
    assert await taps.left() == -1


async def test_one_tap_that_both_sides_tell_of_counts_once_whoever_is_first(taps: Taps) -> None:
    await taps.claimed("accept")
    await taps.told(YES)
    assert await taps.left() == 1
    await taps.told(YES)
    await taps.claimed("acceptWithAudio")
    assert await taps.left() == 2
    # Each side alone is believed, for as long as the other says nothing.
    await taps.claimed("accept", "accept", "accept")
    assert await taps.left() == 5
    for _ in range(4):
        await taps.told(YES)
    assert await taps.left() == 6


async def test_a_mini_program_cannot_claim_without_end_and_bans_are_no_words(
    taps: Taps, clock: FixedClock
) -> None:
    await taps.claimed("ban", "filter", "nonsense")
    assert await taps.left() == 0
    await taps.claimed(*["accept"] * (CLAIMS_A_DAY + 3))
    assert await taps.left() == CLAIMS_A_DAY
    clock.advance(timedelta(days=1))
    await taps.claimed("accept")
    assert await taps.left() == CLAIMS_A_DAY + 1
    await taps.claimed("reject")
    assert await taps.left() == -1


async def test_a_template_no_profile_names_is_counted_and_one_that_cannot_be_is_not(
    taps: Taps, mei: UUID
) -> None:
    await taps.told(Consent("of-next-year", True), Consent("x" * 65, True), Consent("", True))
    assert [row.template_id for row in await PushConsent.all()] == ["of-next-year"]


async def test_a_message_that_was_refused_ends_what_was_left(taps: Taps, mei: UUID) -> None:
    await taps.told(YES)
    now = taps.clock.now()
    await taps.database.change(lambda change: note_undelivered(change, mei, "t", now))
    assert await taps.left() == -1


# ---- what people want to be told


async def unsubscribed_before(database: Database, account_id: UUID) -> None:
    """As an earlier release noted it."""

    async def work(change: Change) -> None:
        row = PushConsent(id=change.ids.new(), account_id=account_id, template_id=EVERYTHING)
        row.remaining, row.refused_at, row.updated_at = 0, change.now, change.now
        await row.save(force_create=True)

    await database.change(work)


async def test_a_choice_is_noted_once_with_an_entry_and_holds_for_all_accounts_of_the_person(
    database: Database, mei: UUID
) -> None:
    other, choices = await account(database), NoticeChoices(database)
    await database.change(lambda change: merging.link(change, other, mei, merging.Basis.PHONE, system()))
    assert await choices.choose(citizen(mei), mei, {Topic.PROGRESS: "digest"})
    assert not await choices.choose(citizen(other), other, {Topic.PROGRESS: "digest"})
    database.clock.advance(timedelta(seconds=1))  # type: ignore[attr-defined]
    assert await choices.choose(citizen(other), other, {Topic.PROGRESS: "none", Topic.RECEIPT: "now"})
    assert (await choices_of(mei))[Topic.PROGRESS] == "none"
    assert await choices_of(mei) == await choices_of(other)
    entries = await AuditEntry.filter(action="account.choose_notices").order_by("id")
    assert [(row.case_id, row.detail) for row in entries] == [
        (mei, '{"progress":"digest"}'),
        (other, '{"progress":"none"}'),
    ]
    for wrong in ({Topic.ACCOUNT: "none"}, {Topic.PROGRESS: "hourly"}):
        with pytest.raises(Invalid):
            await choices.choose(citizen(mei), mei, wrong)  # type: ignore[arg-type]


async def test_everything_wanted_leaves_a_wish_for_bundles_and_none_at_all_can_be_taken_back(
    database: Database, mei: UUID
) -> None:
    choices = NoticeChoices(database)
    await choices.choose(citizen(mei), mei, {Topic.PROGRESS: "digest"})
    assert await choices.choose_all(citizen(mei), mei, wanted=True) is False
    assert await choices.choose_all(citizen(mei), mei, wanted=False)
    assert await is_unsubscribed(mei)
    assert set((await choices_of(mei)).values()) == {"none"}
    assert await choices.choose_all(citizen(mei), mei, wanted=True)
    assert set((await choices_of(mei)).values()) == {"now"}


async def test_an_unsubscription_of_an_earlier_release_counts_until_the_person_chooses_anew(
    database: Database, mei: UUID
) -> None:
    await unsubscribed_before(database, mei)
    choices = NoticeChoices(database)
    assert await is_unsubscribed(mei)
    assert not await choices.choose_all(citizen(mei), mei, wanted=False)
    # One topic is wanted again: the others stay as they were.
    assert await choices.choose(citizen(mei), mei, {Topic.PROGRESS: "now"})
    held = await choices_of(mei)
    assert held == {topic: "now" if topic is Topic.PROGRESS else "none" for topic in held}
    assert not await is_unsubscribed(mei)
    await unsubscribed_before_again(database, mei)
    assert await choices.choose_all(citizen(mei), mei, wanted=True)
    assert set((await choices_of(mei)).values()) == {"now"}
    assert await NoticePreference.filter(choice="none").count() == 0


async def unsubscribed_before_again(database: Database, account_id: UUID) -> None:
    """A process of the release before, not renewed yet."""

    async def work(change: Change) -> None:
        await PushConsent.filter(account_id=account_id, template_id=EVERYTHING).update(refused_at=change.now)

    await database.change(work)
