"""Whatever a citizen sends, in whatever order: nothing raises, nothing accepted is lost, cancelling ends it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue import advance, begin
from bot.dialogue_shape import CONFIRM, KEPT_FOR, Outcome, Say, Session, Word
from bot.dialogues import DISPUTE_ANSWER, FILE_COMPLAINT
from bot.kinds import Heard, Spot

START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)

texts = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "楼下烧烤油烟太大",
            "文一路88号",
            "138 0013 8000",
            "+8613800138000",
            "多久能处理？",
            "好",
            "路" * 300,
        ]
    ),
)
steps = st.one_of(
    st.fixed_dictionaries({"text": texts}),
    st.fixed_dictionaries(
        {"text": st.just("x"), "word": st.sampled_from([w for w in Word if w != "cancel"])}
    ),
    st.integers(0, 9).map(lambda n: {"text": str(n), "number": n}),
    st.integers(0, 40).map(lambda n: {"photo": f"photo-{n}"}),
    st.just({"spot": Spot(30.25, 120.15, "文一路")}),
    st.just({}),
)
waits = st.sampled_from([1, 5, 60, 3 * 3600, int(KEPT_FOR.total_seconds()) + 1])
talks = st.lists(st.tuples(steps, waits), max_size=25)


def walk(dialogue, talk):
    """Every (session before, message, session after, say) of a talk."""
    session, say = begin(dialogue, START)
    at = START
    for message, wait in talk:
        at += timedelta(seconds=wait)
        heard = Heard(at=at, **message)
        after, say = advance(dialogue, session, heard)
        yield session, heard, after, say
        if after is None:
            session, say = begin(dialogue, at)
        else:
            session = after


@given(talks, st.sampled_from([FILE_COMPLAINT, DISPUTE_ANSWER]))
def test_any_sequence_of_messages_gives_an_answer_and_a_session_that_survives_storage(talk, dialogue):
    for _, _, after, say in walk(dialogue, talk):
        assert isinstance(say, Say)
        if after is not None:
            assert say.lines or say.outcome in (Outcome.STALE,)
            assert after.step == CONFIRM or any(after.step == step.name for step in dialogue.steps)
            assert msgspec.json.decode(msgspec.json.encode(after), type=Session) == after


@given(talks)
def test_an_accepted_answer_is_lost_only_by_cancelling_starting_over_or_a_week_of_silence(talk):
    for before, heard, after, say in walk(FILE_COMPLAINT, talk):
        kept = after.answers if after is not None else say.answers
        if heard.word == Word.RESTART or say.outcome in (Outcome.CANCELLED, Outcome.GONE):
            continue
        for name, answer in before.answers.items():
            assert name in kept
            if answer:
                assert kept[name], f"{name} was {answer} and is empty"
            assert set(answer.photos) <= set(kept[name].photos)


@given(talks)
def test_a_finished_complaint_has_its_story_and_its_place(talk):
    for _, _, _, say in walk(FILE_COMPLAINT, talk):
        if say.outcome == Outcome.FINISHED:
            assert say.answers["story"].text
            assert say.answers["place"].text or say.answers["place"].spot
            assert len(say.answers["photos"].photos) <= 9
            assert set(say.answers) == {"story", "photos", "place", "phone"}


@given(talks)
def test_cancelling_always_ends_a_dialogue(talk):
    for _, heard, after, _ in walk(FILE_COMPLAINT, talk):
        if after is not None:
            cancelled, say = advance(FILE_COMPLAINT, after, Heard(at=heard.at, text="取消", word=Word.CANCEL))
            assert cancelled is None
            assert say.outcome == Outcome.CANCELLED


@settings(max_examples=60)
@given(talks)
def test_the_citizen_can_always_finish_from_wherever_they_are(talk):
    for _, heard, after, _ in walk(FILE_COMPLAINT, talk):
        if after is None:
            continue
        session, at = after, heard.at
        for message in (
            {"word": Word.RESUME},
            {"text": "楼下烧烤油烟太大", "photo": None},
            {"spot": Spot(30.25, 120.15)},
            {"word": Word.SKIP},
            {"word": Word.SKIP},
            {"word": Word.SKIP},
            {"number": 1},
        ):
            session, say = advance(FILE_COMPLAINT, session, Heard(at=at, **message))
            if session is None:
                break
        assert say.outcome == Outcome.FINISHED
