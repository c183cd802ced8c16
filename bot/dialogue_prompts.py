"""What a dialogue says where somebody stands in it: the open question with what was answered, or the summary."""

from __future__ import annotations

from bot.dialogue_shape import CONFIRM, Ask, Asked, Dialogue, Line, Session
from bot.kinds import Answer, MobileKind
from bot.kinds_picked import PickKind, listed


def prompt(dialogue: Dialogue, session: Session) -> tuple[Line, ...]:
    """The question that is open, or the summary."""
    if session.step == CONFIRM:
        return _summary(dialogue, session)
    step = dialogue.steps[dialogue.position(session.step)]
    told = session.answers.get(step.name)
    params = _told(session)
    question = question_of(session, step)
    if question is not None:
        return _question_prompt(dialogue, question, told)
    if told:
        verb = "more" if told.begun else "change"
        params["now"] = _shown(session, step, told)
        return (Line(f"{dialogue.name}.{verb}_{step.name}", params), *_agreeing(dialogue, session, step))
    if step.consent in session.taken_back:
        return (Line(f"{dialogue.name}.ask_{step.name}_only", params),)
    return (Line(f"{dialogue.name}.ask_{step.name}", params),)


def question_of(session: Session, step: Ask) -> Asked | None:
    """The session's own question that a step asks."""
    if step.about is None or not step.is_due({}, session.questions):
        return None
    return session.questions[step.about]


def _question_prompt(dialogue: Dialogue, question: Asked, told: Answer | None) -> tuple[Line, ...]:
    verb = "change" if told else "ask"
    params: dict[str, object] = {"question": question.text}
    params |= {"now": told.text} if told else {}
    lines = [Line(f"{dialogue.name}.{verb}_question", params)]
    if question.choices:
        lines.append(Line("dialogue.choices", {"choices": listed(question.choices)}))
    return (*lines, Line("dialogue.choose_or_skip" if question.choices else "dialogue.say_or_skip"))


def _told(session: Session) -> dict[str, object]:
    """What the texts of a dialogue may show besides its answers."""
    params: dict[str, object] = {"about": session.about} if session.about else {}
    if session.options:
        params["options"] = "\n".join(f"{n}. {one.words}" for n, one in enumerate(session.options, start=1))
    return params


def _shown(session: Session, step: Ask, told: Answer) -> str:
    words = {one.value: one.words for one in session.options} if isinstance(step.kind, PickKind) else {}
    return words.get(told.text) or step.kind.show(told)


def _summary(dialogue: Dialogue, session: Session) -> tuple[Line, ...]:
    lines = [Line(f"{dialogue.name}.summary", _told(session))]
    for step in dialogue.steps:
        told = session.answers.get(step.name)
        if step.about is not None:
            question = question_of(session, step)
            if told and question is not None:
                params: dict[str, object] = {"question": question.text, "now": _shown(session, step, told)}
                lines.append(Line(f"{dialogue.name}.show_question", params))
        elif told:
            lines.append(Line(f"{dialogue.name}.show_{step.name}", {"now": _shown(session, step, told)}))
            lines += _agreeing(dialogue, session, step) if needs_consent(session, step) else ()
        elif step.asked:
            lines.append(Line(f"{dialogue.name}.none_{step.name}"))
    return (*lines, Line(f"{dialogue.name}.confirm"))


def _agreeing(dialogue: Dialogue, session: Session, step: Ask) -> tuple[Line, ...]:
    """The wording of a consent that was not shown yet."""
    if not step.consent or step.consent in session.told or step.consent in session.taken_back:
        return ()
    return (Line(f"{dialogue.name}.agree_{step.name}"),)


def needs_consent(session: Session, step: Ask) -> bool:
    """Whether what was answered may be kept with a consent only: a place in words may always be."""
    told = session.answers.get(step.name, Answer())
    return bool(step.consent) and (
        told.spot is not None or (isinstance(step.kind, MobileKind) and bool(told))
    )
