"""Every message that need not come carries its way out, whole, however long its text is."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from msgspec.structs import replace

from app.shipped import CATALOGUE_FOLDER
from bot.notice_choices import THEIRS, does_without
from bot.notices import STOPS
from bot.push_links import Links
from bot.vocabulary import Vocabulary
from bot.way_out import way_out, with_way_out
from casework.notifications.channel import DeliveryMessage
from casework.notifications.rules import SHIPPED
from casework.notifications.shape import Audience, Topic
from casework.notifications.stop_links import StopLinks
from casework.notifications.topics import topics_of
from kit.catalogue import Catalogue
from kit.clock import FixedClock
from kit.secrets import KeyRing
from wechat.replies import MAX_TEXT_BYTES

WORDS = Catalogue.load(CATALOGUE_FOLDER)
REFERENCE = "QS-TS-261122-0051-J"
MESSAGE = DeliveryMessage(
    id=UUID("0193b000-0000-7000-8000-000000000001"),
    case_id=None,
    recipient_kind="account",
    recipient_id=UUID("0193b000-0000-7000-8000-000000000002"),
    rule="complaint_accepted_owner",
    template="notify.complaint.accepted",
    params={"reference": REFERENCE},
    attempt=1,
    expires_at=datetime(2026, 11, 26, tzinfo=UTC),
    topic="progress",
)


@pytest.mark.parametrize("topic", [*THEIRS, ""])
def test_the_tap_says_a_word_the_chat_knows_for_that_topic(topic: str) -> None:
    line = way_out(replace(MESSAGE, topic=topic), WORDS.text)
    said = line.partition("msgmenucontent=")[2].partition("&")[0]
    word = Vocabulary(WORDS, ()).word_of(said)
    assert STOPS[word] == (Topic(topic or "progress"), "none")


def test_what_must_be_told_and_what_staff_get_has_none() -> None:
    assert way_out(replace(MESSAGE, must=True), WORDS.text) == ""
    assert way_out(replace(MESSAGE, recipient_kind="staff"), WORDS.text) == ""


@pytest.mark.parametrize("length", [1, 600, 661, 680, 5_000])
def test_a_long_text_is_cut_and_its_way_out_is_not(length: int) -> None:
    line = way_out(MESSAGE, WORDS.text)
    text = with_way_out("好" * length, line)
    assert text.endswith(f"\n\n{line}")
    assert len(text.encode()) <= MAX_TEXT_BYTES


def test_a_notice_names_its_topic_to_the_page_it_leads_to_and_a_text_message_its_stop_link() -> None:
    clock = FixedClock(datetime(2026, 11, 23, tzinfo=UTC))
    stops = StopLinks(KeyRing.random(), clock)
    links = Links("https://cg.example.cn", stop_links=stops)
    assert links.of(MESSAGE).url == f"https://cg.example.cn/h5/cases/{REFERENCE}?notice=progress"
    assert links.of(replace(MESSAGE, must=True)).url == f"https://cg.example.cn/h5/cases/{REFERENCE}"
    stop = stops.read(links.stop(MESSAGE).rpartition("/")[2])
    assert stop is not None
    assert (stop.account_id, stop.topic) == (MESSAGE.recipient_id, Topic.PROGRESS)
    assert links.stop(replace(MESSAGE, must=True)) == ""


def test_a_bundle_is_progress_and_the_account_is_left_out_with_everything_alone() -> None:
    assert does_without(frozenset({Topic.PROGRESS}), "")
    assert not does_without(frozenset({Topic.RECEIPT}), "")
    assert not does_without(frozenset({Topic.PROGRESS}), "account")
    assert does_without(frozenset(THEIRS), "account")


def test_what_may_be_chosen_is_what_no_rule_says_must_be_told() -> None:
    offers = {offer.topic: offer for offer in topics_of(SHIPPED)}
    assert {topic: offer.choices for topic, offer in offers.items()} == {
        Topic.RESULT: (),
        Topic.PROGRESS: ("now", "digest", "none"),
        Topic.RECEIPT: ("now", "none"),
        Topic.ACCOUNT: (),
    }
    theirs = [rule for rule in SHIPPED if rule.audience is Audience.OWNER]
    told = {template for offer in offers.values() for template in (*offer.told, *offer.must)}
    assert told == {rule.template for rule in theirs}
