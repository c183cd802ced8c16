"""Whatever a citizen sends, in whatever order: nothing raises, nothing accepted is lost, cancelling ends it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue import advance, begin
from bot.dialogue_shape import CONFIRM, KEPT_FOR, STALE_AFTER, Option, Outcome, Say, Session, Word
from bot.dialogues import DIALOGUES, FILE_COMPLAINT
from bot.kinds import Answer, Heard, Recording, Spot

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
    st.integers(0, 9).map(lambda n: {"recording": Recording(f"r-{n}", "video" if n % 3 else "voice")}),
    st.just({"spot": Spot(30.25, 120.15, "文一路")}),
    st.just({}),
)
waits = st.sampled_from([1, 5, 60, 3 * 3600, int(KEPT_FOR.total_seconds()) + 1])
talks = st.lists(st.tuples(steps, waits), max_size=25)
dialogues = st.sampled_from(list(DIALOGUES.values()))
OPTIONS = (Option("QS-TS-261123-0001-W", "第一件"), Option("QS-TS-261123-0002-X", "第二件"))
BENEATH, _ = begin(FILE_COMPLAINT, START, known={"story": Answer(text="楼下烧烤油烟太大")})


def begun(dialogue, at=START):
    return begin(dialogue, at, subject="s", about="某件事", options=OPTIONS, beneath=BENEATH)


def walk(dialogue, talk):
    """Every (session before, message, session after, say) of a talk."""
    session, say = begun(dialogue)
    at = START
    for message, wait in talk:
        at += timedelta(seconds=wait)
        heard = Heard(at=at, **message)
        after, say = advance(dialogue, session, heard)
        yield session, heard, after, say
        if after is None:
            session, say = begun(dialogue, at)
        else:
            session = after


@given(talks, dialogues)
def test_any_sequence_of_messages_gives_an_answer_and_a_session_that_survives_storage(talk, dialogue):
    for _, _, after, say in walk(dialogue, talk):
        assert isinstance(say, Say)
        if after is not None:
            assert say.lines or say.outcome in (Outcome.STALE,)
            assert after.step == CONFIRM or any(after.step == step.name for step in dialogue.steps)
            assert msgspec.json.decode(msgspec.json.encode(after), type=Session) == after
            assert (after.subject, after.options, after.beneath) == ("s", OPTIONS, BENEATH)


@given(talks, dialogues)
def test_an_accepted_answer_is_lost_only_by_cancelling_starting_over_or_a_week_of_silence(talk, dialogue):
    for before, heard, after, say in walk(dialogue, talk):
        kept = after.answers if after is not None else say.answers
        if heard.word == Word.RESTART or say.outcome in (Outcome.CANCELLED, Outcome.GONE):
            continue
        for name, answer in before.answers.items():
            assert name in kept
            if answer:
                assert kept[name], f"{name} was {answer} and is empty"
            assert set(answer.photos) <= set(kept[name].photos)
            assert set(answer.recordings) <= set(kept[name].recordings)


@given(talks, dialogues)
def test_what_is_finished_has_an_answer_to_every_question_that_must_have_one(talk, dialogue):
    for _, _, _, say in walk(dialogue, talk):
        if say.outcome == Outcome.FINISHED:
            for step in dialogue.steps:
                if step.is_due(say.answers):
                    assert step.name in say.answers
                    assert say.answers[step.name] or step.optional


@given(talks)
def test_a_finished_complaint_has_its_story_and_its_place(talk):
    for _, _, _, say in walk(FILE_COMPLAINT, talk):
        if say.outcome == Outcome.FINISHED:
            assert say.answers["story"].text
            assert say.answers["place"].text or say.answers["place"].spot
            assert len(say.answers["photos"].photos) <= 9
            assert set(say.answers) - {"recordings"} == {"story", "photos", "place", "phone"}


@given(talks, dialogues)
def test_the_words_of_the_engine_mean_the_same_wherever_they_are_said(talk, dialogue):
    for _, heard, after, _ in walk(dialogue, talk):
        if after is None:
            continue
        if heard.at - after.at <= STALE_AFTER:
            session, said = advance(dialogue, after, Heard(at=heard.at, text="人工", word=Word.PERSON))
            assert (session, said.outcome) == (after, Outcome.PERSON)
            session, said = advance(dialogue, after, Heard(at=heard.at, text="帮助", word=Word.HELP))
            assert (session, said.outcome) == (after, Outcome.HELP)
            session, said = advance(dialogue, after, Heard(at=heard.at, text="返回", word=Word.BACK))
            assert session is not None
            assert session.answers == after.answers
        late = after.at + STALE_AFTER + timedelta(seconds=1)
        session, said = advance(dialogue, after, Heard(at=late, text="门口能不能摆摊"))
        assert (session, said.outcome) == (after, Outcome.STALE)
        later = after.at + KEPT_FOR + timedelta(seconds=1)
        session, said = advance(dialogue, after, Heard(at=later, text="门口能不能摆摊"))
        assert (session, said.outcome) == (None, Outcome.GONE)
        session, said = advance(dialogue, after, Heard(at=heard.at, text="取消", word=Word.CANCEL))
        assert session is None
        assert said.outcome in (Outcome.CANCELLED, Outcome.GONE)


FINISHING = (
    {"word": Word.RESUME},
    {"text": "2", "number": 2},
    {"text": "楼下烧烤油烟太大"},
    {"text": "1", "number": 1},
    {"spot": Spot(30.25, 120.15)},
    {"text": "13800138000"},
    {"word": Word.SKIP},
    {"word": Word.SKIP},
    {"word": Word.DONE},
    {"text": "1", "number": 1},
)


@settings(max_examples=60)
@given(talks, dialogues)
def test_the_citizen_can_always_finish_from_wherever_they_are(talk, dialogue):
    for _, heard, after, _ in walk(dialogue, talk):
        session, at = after, heard.at
        for message in FINISHING * 3:
            if session is None:
                break
            session, say = advance(dialogue, session, Heard(at=at, **message))
        else:
            raise AssertionError(f"stuck at {session.step!r} of {dialogue.name}")
        if after is not None:
            assert say.outcome == Outcome.FINISHED
