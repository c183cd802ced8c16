"""The dialogue engine, message by message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.dialogue import advance, begin
from bot.dialogue_shape import CONFIRM, Outcome, Word
from bot.dialogues import DISPUTE_ANSWER, FILE_COMPLAINT
from bot.kinds import Answer, Heard, Spot, subject

AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


def say(text="", **more):
    return Heard(at=more.pop("at", AT), text=text, **more)


def talk(*messages, dialogue=FILE_COMPLAINT):
    session, said = begin(dialogue, AT)
    for message in messages:
        assert session is not None, "the dialogue ended early"
        session, said = advance(dialogue, session, message)
    return session, said


STORY = say("楼下烧烤店每晚油烟很大")
PHOTO, PHOTO_2 = say(photo="p1"), say(photo="p2")
SPOT = say(spot=Spot(30.25, 120.15, "文一路88号"))
SKIP, DONE, BACK = say("跳过", word=Word.SKIP), say("完成", word=Word.DONE), say("返回", word=Word.BACK)
PHONE = say("138 0013 8000")


def keys(said):
    return [line.key.removeprefix("file_complaint.") for line in said.lines]


def test_a_complaint_takes_five_messages_and_asks_for_a_yes():
    session, said = talk(STORY, PHOTO, SPOT, PHONE)
    assert session.step == CONFIRM
    assert keys(said) == [
        "summary", "show_story", "show_photos", "show_place", "agree_place", "show_phone", "confirm",
    ]  # fmt: skip
    session, said = advance(FILE_COMPLAINT, session, say("1", number=1))
    assert session is None
    assert said.outcome == Outcome.FINISHED
    assert said.answers == {
        "story": Answer(text=STORY.text),
        "photos": Answer(photos=("p1",)),
        "place": Answer(spot=SPOT.spot),
        "phone": Answer(text="13800138000"),
    }


def test_photos_are_collected_until_done_and_the_tenth_is_refused():
    session, said = talk(STORY, PHOTO, PHOTO_2)
    assert said.lines[0].params == {"count": 2}
    session, said = advance(FILE_COMPLAINT, session, DONE)
    assert keys(said) == ["ask_place"]
    session, said = talk(STORY, *(say(photo=f"p{n}") for n in range(9)))
    assert session.step == "place"
    session, said = advance(FILE_COMPLAINT, session, say(photo="p10"))
    assert said.lines[0].key == "dialogue.refused.too_many_photos"
    assert len(session.answers["photos"].photos) == 9


def test_a_photo_is_kept_whatever_was_asked():
    session, said = talk(PHOTO)
    assert keys(said) == ["dialogue.kept_photo", "ask_story"]
    session, said = talk(STORY, SKIP, PHOTO)
    assert session.step == "place"
    assert session.answers["photos"].photos == ("p1",)
    session, _ = talk(STORY, SKIP, SPOT, SKIP, PHOTO)
    assert session.step == CONFIRM
    assert session.answers["photos"].photos == ("p1",)


def test_a_location_sent_early_is_kept_and_not_asked_for_again():
    session, _said = talk(SPOT, STORY, SKIP)
    assert session.step == "phone"
    assert session.answers["place"].spot == SPOT.spot


def test_a_location_in_place_of_photos_goes_on():
    session, said = talk(STORY, SPOT)
    assert keys(said) == ["ask_phone"]
    assert session.answers["photos"] == Answer()


def test_a_location_while_the_phone_is_asked_for_replaces_the_place_and_asks_on():
    session, _said = talk(STORY, SKIP, say("文一路"), SPOT)
    assert session.step == "phone"
    assert session.answers["place"].spot == SPOT.spot


def test_words_in_place_of_photos_are_taken_as_the_place():
    session, said = talk(STORY, PHOTO, say("文一路88号店门口"))
    assert keys(said) == ["ask_phone"]
    assert session.answers["place"].text == "文一路88号店门口"
    assert session.answers["photos"].photos == ("p1",)


def test_a_mobile_number_in_place_of_the_place_is_kept_as_the_phone():
    session, said = talk(STORY, SKIP, PHONE)
    assert keys(said) == ["dialogue.kept_words", "ask_place"]
    assert session.answers["phone"].text == "13800138000"


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([say("吵")], "too_short"),
        ([say("吵" * 12_001)], "too_long"),
        ([say()], "words_please"),
        ([say("跳过", word=Word.SKIP)], "required"),
        ([STORY, SKIP, say("好的", word=Word.YES)], "required"),
        ([STORY, SKIP, say("多久能处理？")], "question_not_place"),
        ([STORY, SKIP, say("你们周末上班吗")], "question_not_place"),
        ([STORY, SKIP, SPOT, say("12345")], "not_a_mobile"),
        ([STORY, SKIP, SPOT, say("1380013800")], "not_a_mobile"),
        ([STORY, SKIP, SPOT, say("١٣٨٠٠١٣٨٠٠٠")], "not_a_mobile"),
        ([STORY, SKIP, SPOT, SKIP, say("他们还打人")], "yes_or_change"),
    ],
)
def test_bad_input_is_refused_with_a_reason_and_the_question_again(messages, reason):
    session, said = talk(*messages)
    assert said.outcome == Outcome.REFUSED
    assert said.lines[0].key == f"dialogue.refused.{reason}"
    assert session is not None


def test_going_back_shows_what_was_said_and_skipping_keeps_it():
    session, said = talk(STORY, SKIP, BACK, BACK)
    assert said.lines[0].key == "file_complaint.change_story"
    assert said.lines[0].params == {"now": STORY.text}
    session, said = advance(FILE_COMPLAINT, session, SKIP)
    assert session.answers["story"].text == STORY.text
    assert session.step == "place"
    _, said = talk(BACK)
    assert keys(said) == ["dialogue.at_first_step", "ask_story"]


def test_one_thing_is_changed_from_the_summary_in_one_message():
    session, said = talk(STORY, SKIP, SPOT, SKIP, say("4", number=4))
    assert said.lines[0].key == "file_complaint.change_place"
    session, said = advance(FILE_COMPLAINT, session, say("文二路"))
    assert session.step == CONFIRM
    assert session.answers["place"] == Answer(text="文二路")


def test_after_two_hours_words_are_handed_back_and_the_draft_waits():
    session, _ = talk(STORY)
    late = AT + timedelta(hours=2, seconds=1)
    after, said = advance(FILE_COMPLAINT, session, say("摆摊要办证吗", at=late))
    assert said.outcome == Outcome.STALE
    assert after == session
    after, said = advance(FILE_COMPLAINT, session, say("继续", word=Word.RESUME, at=late))
    assert keys(said) == ["ask_photos"]
    after, said = advance(FILE_COMPLAINT, after, say("文一路", at=late))
    assert said.outcome == Outcome.ASKED


def test_after_two_hours_a_photo_goes_on_with_the_draft():
    session, _ = talk(STORY)
    after, _said = advance(FILE_COMPLAINT, session, say(photo="p1", at=AT + timedelta(hours=5)))
    assert after.answers["photos"].photos == ("p1",)


def test_after_a_week_a_draft_is_given_up():
    session, _ = talk(STORY)
    after, said = advance(FILE_COMPLAINT, session, say("继续", word=Word.RESUME, at=AT + timedelta(days=8)))
    assert after is None
    assert said.outcome == Outcome.GONE


def test_known_answers_are_not_asked_for():
    session, _said = begin(FILE_COMPLAINT, AT, known={"story": Answer(text=STORY.text)})
    assert session.step == "photos"


def begun(*messages, words="占道经营"):
    session, said = begin(FILE_COMPLAINT, AT, known={"story": subject(words)})
    for message in messages:
        session, said = advance(FILE_COMPLAINT, session, message)
    return session, said


def test_words_that_only_name_the_subject_are_asked_to_be_added_to():
    session, said = begun()
    assert keys(said) == ["more_story"]
    assert said.lines[0].params == {"now": "占道经营"}
    session, said = begun(say("文一路88号门口每天早上有人摆摊，路都走不了"))
    assert keys(said) == ["ask_photos"]
    assert session.answers["story"] == Answer(text="占道经营：文一路88号门口每天早上有人摆摊，路都走不了")
    session, _ = begun(say("每天早上有人占道经营"))
    assert session.answers["story"] == Answer(text="每天早上有人占道经营")


def test_a_subject_that_nothing_is_added_to_is_the_story_if_it_is_long_enough():
    session, said = begun(SKIP)
    assert keys(said) == ["ask_photos"]
    assert session.answers["story"] == Answer(text="占道经营")
    session, said = begun(SKIP, words="太吵")
    assert [*keys(said)] == ["dialogue.refused.too_short", "more_story"]
    assert session.step == "story"


def test_a_photo_and_a_place_sent_before_the_rest_of_the_story_are_kept():
    session, said = begun(PHOTO, SPOT)
    assert keys(said) == ["dialogue.kept_spot", "more_story"]
    session, said = advance(FILE_COMPLAINT, session, SKIP)
    assert keys(said) == ["ask_phone"]


def test_whole_stories_are_no_subjects():
    assert subject("楼下烧烤油烟太大") is None
    assert subject(" ") is None


def test_sentences_in_place_of_photos_go_on_with_the_story():
    session, said = talk(say("路灯坏了"), say("已经三天了，晚上一点也看不见路，很危险"))
    assert keys(said) == ["dialogue.kept_words", "ask_photos"]
    assert session.answers["story"].text == "路灯坏了：已经三天了，晚上一点也看不见路，很危险"
    assert "place" not in session.answers
    session, _ = talk(STORY, say("每天晚上六点到半夜十二点，窗户都不敢开"))
    assert session.answers["story"].text == f"{STORY.text}。每天晚上六点到半夜十二点，窗户都不敢开"


def test_a_dialogue_without_confirmation_ends_with_its_last_answer():
    session, said = talk(say("油烟还是很大，没有解决"), dialogue=DISPUTE_ANSWER)
    assert session is None
    assert said.answers["reason"].text == "油烟还是很大，没有解决"
