"""Filing a complaint in chat: what it begins with, and the case it becomes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from tortoise.models import Model

from bot.dialogue_shape import Asked, Session
from bot.dialogues import FILE_COMPLAINT
from bot.kinds import Answer, Heard, Recording, subject
from bot.nearby import PLACE_AMONG_QUESTIONS, Nearby
from bot.offers import Sent, encode_recent
from bot.personal import Personal
from bot.phrases import Phrases
from bot.singleflight import Flight
from bot.talks import Beginning, Ended, Ending, Talks
from bot.turns import Message, Standing
from casework.actors import citizen
from casework.complaints.category import elsewhere_params, recognise_elsewhere
from casework.complaints.desk import Desk
from casework.complaints.filing import NewComplaint, Particular, Source, new_complaint_rows
from casework.complaints.media import AddedMedium, Medium
from casework.complaints.place import Position
from casework.complaints.questions import questions_about
from casework.people.consents import Purpose
from kit.problems import Invalid


class Filing:
    """One per process. `takes_media`: whether photos sent here reach us; otherwise none are asked for."""

    def __init__(
        self,
        desk: Desk,
        talks: Talks,
        phrases: Phrases,
        flight: Flight,
        personal: Personal,
        nearby: Nearby,
        takes_media: Callable[[], bool],
        asks_consent: Callable[[UUID], Awaitable[bool]],
    ) -> None:
        """`asks_consent`: whether a person who has just filed is to be asked to agree to messages."""
        self._desk = desk
        self._asks_consent = asks_consent
        self._personal = personal
        self._nearby = nearby
        self._talks = talks
        self._phrases = phrases
        self._flight = flight
        self._takes_media = takes_media
        talks.finishes(FILE_COMPLAINT, self._submit)
        talks.wonders(FILE_COMPLAINT, self._questions)

    async def start(
        self,
        message: Message,
        at: datetime,
        *,
        story: str = "",
        sent: Sequence[Sent] = (),
        place: str = "",
        scene: str = "",
        before: str = "",
        anew: bool = False,
    ) -> str:
        """Begin with what is known already; an open draft is offered instead of overwritten.

        `scene` is the code that was scanned, `place` where it hangs, `before` what is said about it first.
        """

        async def make(standing: Standing) -> Beginning:
            known, rows = self._known(standing.account_id, at, story, sent)
            unwanted = () if standing.is_new else await self._personal.unwanted(standing.account_id)
            if place:
                known["place"] = Answer(text=place)
            elif unwanted and "place" in known:
                known |= _words_of_place(known.pop("place"))
            return Beginning(
                FILE_COMPLAINT, known, subject=scene, rows=rows, before=before, taken_back=unwanted
            )

        return await self._talks.start(message, at, make, anew=anew)

    def _known(
        self, account_id: UUID, at: datetime, story: str, sent: Sequence[Sent]
    ) -> tuple[dict[str, Answer], tuple[Model, ...]]:
        """Answers and rows from what was sent before the conversation; what does not fit is left out."""
        known: dict[str, Answer] = {} if self._takes_media() else {"photos": Answer()}
        rows: list[Model] = []
        if story:
            begun = subject(story)
            if begun is not None:
                known["story"] = begun
            else:
                _take_known(known, "story", Heard(at=at, text=story))
        for one in sent:
            if one.spot is not None:
                _take_known(known, "place", Heard(at=at, spot=one.spot))
            elif one.media:
                file_id = self._desk.db.ids.new()
                if one.medium:
                    heard = Heard(at=at, recording=Recording(str(file_id), one.medium))
                else:
                    heard = Heard(at=at, photo=str(file_id))
                if _take_known(known, "recordings" if one.medium else "photos", heard):
                    rows.append(self._talks.fetch_row(account_id, file_id, one.media, one.medium))
        return known, tuple(rows)

    async def _questions(self, account_id: UUID, before: Session | None, now: Session) -> tuple[Asked, ...]:
        """What the category wants to know that the story leaves open, and whether it is what was reported nearby."""
        story = now.answers.get("story", Answer())
        if not story or story.begun:
            return ()
        own = tuple(Asked(one.text, one.choices) for one in questions_about(self._desk, story.text))
        near = await self._nearby.question(account_id, before, now)
        if near is None:
            return own
        return (*own, *(Asked("") for _ in range(PLACE_AMONG_QUESTIONS - len(own))), near)

    async def _submit(self, ending: Ending) -> Ended:
        answers = ending.answers
        agreement = await self._personal.agreement(ending.account_id, ending.session.told)
        place, phone = answers["place"], answers["phone"].text
        recordings = answers.get("recordings", Answer()).recordings
        spot = place.spot
        if spot is not None and not agreement.allows(Purpose.LOCATION):
            # Taken back on a page of ours while the draft lay open: its words stay, its coordinates do not.
            place, spot = Answer(text=spot.label), None
            if not place.text.strip():
                raise Invalid("problem.people.place_in_words", field="place")
        left_out = bool(phone) and not agreement.allows(Purpose.CONTACT_PHONE)
        phone = "" if left_out else phone
        new = NewComplaint(
            account_id=ending.account_id,
            story=answers["story"].text,
            source=Source.WECHAT,
            photos=tuple(UUID(photo) for photo in answers["photos"].photos),
            media=tuple(
                AddedMedium(file_id=UUID(one.file), medium=cast("Medium", one.medium)) for one in recordings
            ),
            place_text=place.text or (spot.label if spot is not None else ""),
            position=Position(spot.latitude, spot.longitude, "gcj02") if spot is not None else None,
            phone=phone or None,
            scene_code=ending.session.subject or None,
            particulars=_particulars(ending),
            same_as_id=await self._nearby.meant(ending.session, {**answers, "place": place}),
        )
        made = await new_complaint_rows(self._desk, citizen(ending.account_id), new)
        due = made.view.due_at
        text = self._phrases.say(
            "bot.submitted",
            reference=made.reference,
            due=self._phrases.end(due) if due is not None else "",
            later=self._phrases.later(),
        )
        if new.same_as_id is not None:
            text += "\n" + self._phrases.say("bot.near.noted")
        other = recognise_elsewhere(new.story, self._desk.policy)
        if other is not None:
            text += "\n" + self._phrases.say("complaint.elsewhere", **elsewhere_params(other))
        if left_out:
            text += "\n" + self._phrases.say("bot.personal.phone_left_out")
        if await self._asks_consent(ending.account_id):
            text += "\n" + self._phrases.say("bot.notices.ask")
        used = [Purpose.COLLECTION_NOTICE]
        used += [Purpose.CONTACT_PHONE] if phone else []
        used += [Purpose.LOCATION] if spot is not None else []
        agreed = self._personal.rows(ending.account_id, agreement, used)
        self._flight.remember(ending.message.citizen, encode_recent(made.reference))
        return Ended(text, (*made.rows, *agreed))


def _particulars(ending: Ending) -> tuple[Particular, ...]:
    """What was asked because of the category, with the answers that were given."""
    questions = ending.session.questions
    return tuple(
        Particular(questions[step.about].text, answer.text)
        for step in FILE_COMPLAINT.steps
        if step.about is not None
        and step.about < min(len(questions), PLACE_AMONG_QUESTIONS)
        and (answer := ending.answers.get(step.name, Answer()))
    )


def _words_of_place(known: Answer) -> dict[str, Answer]:
    label = known.spot.label.strip() if known.spot is not None else known.text
    return {"place": Answer(text=label)} if label else {}


def _take_known(known: dict[str, Answer], name: str, heard: Heard) -> bool:
    kind = FILE_COMPLAINT.steps[FILE_COMPLAINT.position(name)].kind
    taken = kind.take(known.get(name, Answer()), heard)
    answer = getattr(taken, "answer", None)
    if answer is None:
        return False
    known[name] = answer
    return True
