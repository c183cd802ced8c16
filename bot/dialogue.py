"""The engine of every conversation that gathers answers: pure, the same for all dialogues.

A dialogue is a list of questions. `advance` takes a session and a message and gives the next session and
what to say, as catalogue keys; it reads no clock, no database and no Chinese. Cancelling, going back,
asking for a person, help and silence are the engine's, so they work alike everywhere:

* An accepted answer is never dropped, except by cancelling, starting over or sending another in its place.
* Words that only name the subject ("我要投诉占道经营") begin an answer; its step asks for the rest.
* A step that has its answer is not asked again on the way forward; so a photo or location sent early
  shortens the dialogue, and going back to change one thing costs one message.
* After `STALE_AFTER` of silence a draft is offered, not forced: words may be about something else by
  then, so they are handed back (`Outcome.STALE`); a photo or a location simply goes on with the draft.
* A conversation begun in the middle of another lies on top of it (`Session.beneath`), so the draft below is
  not lost: it comes up again when the one on top has ended, however it ended.
* What may only be kept with a consent is asked for with its wording; what came before the question has its wording
  in the summary. `Session.told` remembers which wording was shown. Where the consent for a place was taken back,
  the words of a location are kept and its coordinates are not.
* After `KEPT_FOR` a draft is given up: it holds personal words that nobody is waiting for any more.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import msgspec

from bot.dialogue_prompts import needs_consent, prompt, question_of
from bot.dialogue_shape import (
    CONFIRM,
    KEPT_FOR,
    STALE_AFTER,
    Ask,
    Asked,
    Dialogue,
    Line,
    Option,
    Outcome,
    Say,
    Session,
    Word,
)
from bot.kinds import Accepted, Answer, Heard, Refused
from bot.kinds_picked import ChoiceKind, PickKind, chosen

Step = tuple[Session | None, Say]


def begin(
    dialogue: Dialogue,
    at: datetime,
    *,
    known: dict[str, Answer] | None = None,
    subject: str = "",
    about: str = "",
    options: tuple[Option, ...] = (),
    beneath: Session | None = None,
    taken_back: tuple[str, ...] = (),
) -> tuple[Session, Say]:
    """Start a dialogue; `known` are answers that came with what started it, and leave something to be asked."""
    session = Session(
        dialogue=dialogue.name,
        version=dialogue.version,
        at=at,
        step="",
        answers=known or {},
        subject=subject,
        about=about,
        options=options,
        beneath=beneath,
        taken_back=taken_back,
    )
    return _ask(dialogue, _onward(dialogue, session))


def advance(dialogue: Dialogue, session: Session, heard: Heard) -> Step:
    """One message further. Never raises, whatever the message."""
    silence = heard.at - session.at
    if silence > KEPT_FOR or (session.dialogue, session.version) != (dialogue.name, dialogue.version):
        return None, Say(Outcome.GONE)
    if silence > STALE_AFTER:
        for_draft = heard.photo is not None or heard.spot is not None or heard.recording is not None
        if heard.word not in (Word.RESUME, Word.RESTART, Word.CANCEL) and not for_draft:
            return session, Say(Outcome.STALE)
    by_word = _engine_word(dialogue, session, heard)
    if by_word is not None:
        return by_word
    if heard.spot is not None and not heard.spot.label.strip() and _is_unwanted(dialogue, session, heard):
        return _refuse(dialogue, session, Refused("place_in_words"))
    if session.step == CONFIRM:
        return _confirm(dialogue, session, heard)
    return _answer(dialogue, session, heard)


def asking(
    dialogue: Dialogue, before: Session | None, session: Session, say: Say, questions: tuple[Asked, ...]
) -> tuple[Session, Say]:
    """The session with these questions of its own, which are asked next.

    `say` was said when it came here from `before`; what it told beside its question stays. The answer to a question
    that is not asked any more goes.
    """
    if questions == session.questions:
        return session, say
    gone = {
        step.name
        for step in dialogue.steps
        if step.about is not None
        and question_of(session, step) != (questions[step.about] if step.about < len(questions) else None)
    }
    asked = prompt(dialogue, session)
    beside = say.lines[: -len(asked)] if say.lines[-len(asked) :] == asked else say.lines
    session = msgspec.structs.replace(
        session,
        questions=questions,
        answers={name: answer for name, answer in session.answers.items() if name not in gone},
        told=before.told if before is not None and before.dialogue == session.dialogue else {},
    )
    session, fresh = _ask(dialogue, _onward(dialogue, session))
    return session, replace(fresh, lines=(*beside, *fresh.lines))


# ---- words that mean the same everywhere


def _engine_word(dialogue: Dialogue, session: Session, heard: Heard) -> Step | None:
    match heard.word:
        case Word.CANCEL:
            return None, Say(Outcome.CANCELLED, (Line(f"{dialogue.name}.cancelled"),))
        case Word.RESTART:
            return _anew(dialogue, session, heard)
        case Word.RESUME:
            return _ask(dialogue, _touched(session, heard))
        case Word.PERSON:
            return session, Say(Outcome.PERSON, prompt(dialogue, session))
        case Word.HELP:
            return session, Say(Outcome.HELP, prompt(dialogue, session))
        case Word.BACK:
            return _back(dialogue, session, heard)
    return None


def _anew(dialogue: Dialogue, session: Session, heard: Heard) -> Step:
    return begin(
        dialogue,
        heard.at,
        subject=session.subject,
        about=session.about,
        options=session.options,
        beneath=session.beneath,
        taken_back=session.taken_back,
    )


def _back(dialogue: Dialogue, session: Session, heard: Heard) -> Step:
    here = len(dialogue.steps) if session.step == CONFIRM else dialogue.position(session.step)
    before = [step.name for step in dialogue.steps[:here] if step.is_due(session.answers, session.questions)]
    if not before:
        return session, Say(Outcome.REFUSED, (Line("dialogue.at_first_step"), *prompt(dialogue, session)))
    return _ask(dialogue, msgspec.structs.replace(session, step=before[-1], at=heard.at))


# ---- answers


def _answer(dialogue: Dialogue, session: Session, heard: Heard) -> Step:
    step = dialogue.steps[dialogue.position(session.step)]
    told = session.answers.get(step.name)
    question = question_of(session, step)
    if question is not None:
        heard = chosen(question, heard)
    if heard.word:
        # A word of the engine is never an answer: "好的" is not a place.
        if told is None and not step.optional:
            return _refuse(dialogue, session, Refused("required"))
        if told is not None and told.begun:
            return _settle(dialogue, session, heard, step, told)
        return _move_on(dialogue, _with(session, heard, step.name, told or Answer()))
    if isinstance(step.kind, PickKind):
        heard = msgspec.structs.replace(heard, picked=_picked(session, heard))
    taken = step.kind.take(told or Answer(), heard)
    if isinstance(taken, Accepted):
        return _accept(dialogue, session, heard, step, taken)
    other = _meant_for(dialogue, session, step, heard)
    if other is None:
        return _refuse(dialogue, session, taken)
    return _elsewhere(dialogue, session, heard, step, other, taken)


def _picked(session: Session, heard: Heard) -> str:
    """The option that a number or its name in the text stands for."""
    if heard.number is not None:
        return session.options[heard.number - 1].value if 1 <= heard.number <= len(session.options) else ""
    text = "".join(heard.text.upper().split())
    return next((one.value for one in session.options if one.value.upper() in text), "") if text else ""


def _settle(dialogue: Dialogue, session: Session, heard: Heard, step: Ask, told: Answer) -> Step:
    """Nothing is to be added: what was begun is the answer, if it is enough for one."""
    taken = step.kind.take(Answer(), Heard(at=heard.at, text=told.text))
    if isinstance(taken, Refused):
        return _refuse(dialogue, session, taken)
    return _move_on(dialogue, _with(session, heard, step.name, taken.answer))


def _accept(dialogue: Dialogue, session: Session, heard: Heard, step: Ask, taken: Accepted) -> Step:
    session = _with(session, heard, step.name, taken.answer)
    if taken.more and heard.recording is not None:
        return session, Say(Outcome.ASKED, (_kept(heard), Line("dialogue.kept_more")))
    if taken.more:
        count = len(taken.answer.photos)
        return session, Say(Outcome.ASKED, (Line("dialogue.photo_kept_more", {"count": count}),))
    return _move_on(dialogue, session)


def _kept(heard: Heard) -> Line:
    """That something was taken which the open question did not ask for."""
    if heard.recording is not None:
        return Line("dialogue.kept_video" if heard.recording.medium == "video" else "dialogue.kept_voice")
    return Line(f"dialogue.kept_{'photo' if heard.photo else 'spot' if heard.spot else 'words'}")


def _meant_for(dialogue: Dialogue, session: Session, current: Ask, heard: Heard) -> Ask | None:
    """The other step that a message refused by `current` is plainly for."""
    for step in dialogue.steps:
        if step is not current and step.kind.recognises(heard):
            return step
    if current.optional and heard.text:
        # Words in place of photos: the citizen goes on with the story, or has gone on to the next question.
        for step in dialogue.steps[: dialogue.position(current.name)]:
            if session.answers.get(step.name) and step.kind.goes_on(heard):
                return step
        after = dialogue.steps[dialogue.position(current.name) + 1 :]
        for step in after:
            if step.is_due(session.answers, session.questions) and step.name not in session.answers:
                return step if step.kind.accepts_words(heard) else None
    return None


def _elsewhere(
    dialogue: Dialogue, session: Session, heard: Heard, step: Ask, other: Ask, refused: Refused
) -> Step:
    before = session.answers.get(other.name, Answer())
    if before.text and other.kind.goes_on(heard):
        before = msgspec.structs.replace(before, begun=True)
    taken = other.kind.take(before, heard)
    if isinstance(taken, Refused):
        return _refuse(dialogue, session, taken)
    is_later = dialogue.position(other.name) > dialogue.position(step.name)
    gone_on = is_later and (not other.optional or isinstance(step.kind, ChoiceKind))
    session = _with(session, heard, other.name, taken.answer)
    if step.optional and gone_on and not heard.photo and heard.recording is None:
        session = _with(session, heard, step.name, session.answers.get(step.name, Answer()))
        return _move_on(dialogue, session)
    return session, Say(Outcome.ASKED, (_kept(heard), *prompt(dialogue, session)))


def _confirm(dialogue: Dialogue, session: Session, heard: Heard) -> Step:
    if heard.word == Word.YES or heard.number == 1:
        return None, Say(Outcome.FINISHED, answers=session.answers)
    asked = [step.name for step in dialogue.steps if step.asked and step.about is None]
    if heard.number is not None and 2 <= heard.number <= len(asked) + 1:
        chosen = asked[heard.number - 2]
        return _ask(dialogue, msgspec.structs.replace(session, step=chosen, at=heard.at))
    for step in dialogue.steps:
        if step.kind.recognises(heard):
            taken = step.kind.take(session.answers.get(step.name, Answer()), heard)
            if isinstance(taken, Refused):
                return _refuse(dialogue, session, taken)
            session = _with(session, heard, step.name, taken.answer)
            if heard.recording is not None:
                return session, Say(Outcome.ASKED, (_kept(heard), *prompt(dialogue, session)))
            return _ask(dialogue, session)
    return _refuse(dialogue, session, Refused("yes_or_change" if asked else "yes_or_cancel"))


# ---- taking back


def without(dialogue: Dialogue, session: Session, purpose: str) -> Session:
    """The draft without what was only kept for a consent that has ended. A place keeps its words."""
    answers, changed = dict(session.answers), False
    for step in dialogue.steps:
        if step.consent != purpose or not needs_consent(session, step):
            continue
        spot = answers.pop(step.name).spot
        if spot is not None and spot.label.strip():
            answers[step.name] = Answer(text=spot.label)
        changed = True
    told = {name: at for name, at in session.told.items() if name != purpose}
    session = msgspec.structs.replace(session, answers=answers, told=told)
    if purpose == "location":
        session = msgspec.structs.replace(session, taken_back=(*session.taken_back, purpose))
    return _onward(dialogue, session) if changed else session


# ---- moving


def _with(session: Session, heard: Heard, name: str, answer: Answer) -> Session:
    if answer.spot is not None and "location" in session.taken_back:
        answer = Answer(text=answer.spot.label)
    return msgspec.structs.replace(session, answers={**session.answers, name: answer}, at=heard.at)


def _touched(session: Session, heard: Heard) -> Session:
    return msgspec.structs.replace(session, at=heard.at)


def _onward(dialogue: Dialogue, session: Session) -> Session:
    answers = session.answers
    open_steps = (
        one.name
        for one in dialogue.steps
        if one.is_due(answers, session.questions) and (one.name not in answers or answers[one.name].begun)
    )
    return msgspec.structs.replace(session, step=next(open_steps, CONFIRM))


def _move_on(dialogue: Dialogue, session: Session) -> Step:
    session = _onward(dialogue, session)
    if session.step == CONFIRM and not dialogue.confirm:
        return None, Say(Outcome.FINISHED, answers=session.answers)
    return _ask(dialogue, session)


def _ask(dialogue: Dialogue, session: Session) -> tuple[Session, Say]:
    said = Say(Outcome.ASKED, prompt(dialogue, session))
    return msgspec.structs.replace(session, told=_told_with_prompt(dialogue, session)), said


def _told_with_prompt(dialogue: Dialogue, session: Session) -> dict[str, datetime]:
    """The wording that has been shown once the open question was said."""
    if session.step == CONFIRM:
        shown = [step.consent for step in dialogue.steps if needs_consent(session, step)]
        shown += [dialogue.notice]
    else:
        shown = [dialogue.steps[dialogue.position(session.step)].consent]
    fresh = {one: session.at for one in shown if one and one not in session.taken_back}
    return {**fresh, **session.told}


def _is_unwanted(dialogue: Dialogue, session: Session, heard: Heard) -> bool:
    """Whether the message brings what the citizen does not agree to any more."""
    return any(step.consent in session.taken_back and step.kind.recognises(heard) for step in dialogue.steps)


def _refuse(dialogue: Dialogue, session: Session, refused: Refused) -> Step:
    reason = Line(f"dialogue.refused.{refused.reason}", dict(refused.params))
    again = () if session.step == CONFIRM else prompt(dialogue, session)
    return session, Say(Outcome.REFUSED, (reason, *again))
