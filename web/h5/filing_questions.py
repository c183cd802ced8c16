"""What the form asks because of what the complaint is about: below the story, once the story says enough.

With scripts the questions come with the answer to a draft. Without them the form comes back once before it is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

from casework.complaints.filing import PARTICULAR_AT_MOST, Particular
from casework.complaints.profile import Category, Question
from casework.complaints.questions import asking_category, due_questions
from web.h5.door import H5Door
from web.h5.filing_form import FilingForm, told
from web.h5.screens import Option

PREFIX = "particular."


@dataclass(frozen=True, kw_only=True)
class AskedQuestion:
    """One question of the form. `name` is its field's; `choices` are empty where a few words are the answer."""

    name: str
    words: str
    choices: tuple[Option, ...]
    answer: str
    at_most: int = PARTICULAR_AT_MOST


def questions_of(door: H5Door, form: FilingForm) -> tuple[AskedQuestion, ...]:
    """What this form is to be asked: what was answered already, then what its story leaves open."""
    owner = _owner(door, form)
    if owner is None:
        return ()
    found = {name: question for name, question, _ in _answered(owner, form)} | dict(_due(owner, form))
    return tuple(
        AskedQuestion(
            name=name,
            words=question.text,
            choices=tuple(Option(value=one, words=one) for one in question.choices),
            answer=form.particulars.get(name, ""),
        )
        for name, question in found.items()
    )


def is_asked_too_little(door: H5Door, form: FilingForm) -> bool:
    """Whether there is a question that whoever filled in the form has not seen yet."""
    owner = _owner(door, form)
    return owner is not None and any(name not in form.asked for name, _ in _due(owner, form))


def particulars_of(door: H5Door, form: FilingForm) -> tuple[Particular, ...]:
    """The answers, each with its question in the words it was asked in."""
    owner = _owner(door, form)
    if owner is None:
        return ()
    return tuple(Particular(question.text, answer) for _, question, answer in _answered(owner, form))


def _owner(door: H5Door, form: FilingForm) -> Category | None:
    """The category that asks. What was chosen says more than words that would lead elsewhere."""
    story, code = told(form, door.desk.policy, door.words)
    if not form.story or (form.group and code is None):
        return None
    return asking_category(door.desk, story, code)


def _due(owner: Category, form: FilingForm) -> list[tuple[str, Question]]:
    return [(_name(owner, one), one) for one in due_questions(owner, form.story)]


def _answered(owner: Category, form: FilingForm) -> list[tuple[str, Question, str]]:
    named = [(_name(owner, one), one) for one in owner.questions]
    return [(name, one, form.particulars[name]) for name, one in named if form.particulars.get(name)]


def _name(owner: Category, question: Question) -> str:
    return f"{PREFIX}{owner.code}.{question.code}"
