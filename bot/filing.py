"""Conversations that end in a change: filing a complaint, disputing an answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

from tortoise.models import Model

from bot.cases import Cases
from bot.dialogue import Dialogue, Outcome, Say, Session, Word, advance, begin, prompt
from bot.dialogues import DIALOGUES, DISPUTE_ANSWER, FILE_COMPLAINT
from bot.inbound_words import Understood
from bot.kinds import Answer, Heard, subject
from bot.media import waiting_fetch
from bot.offers import Sent
from bot.phrases import Phrases
from bot.turns import Message, Next, Standing, Turns
from casework.actors import citizen
from casework.complaints.desk import Desk
from casework.complaints.filing import NewComplaint, Source, new_complaint_rows
from casework.complaints.place import Position
from kit.problems import Problem

_WORDS = frozenset(Word)
_LIVE = (Outcome.STALE, Outcome.GONE)


class Filing:
    """One per process."""

    def __init__(
        self,
        desk: Desk,
        turns: Turns,
        cases: Cases,
        phrases: Phrases,
    ) -> None:
        self._desk = desk
        self._turns = turns
        self._cases = cases
        self._phrases = phrases
        self._sealer = desk.sealer

    def now(self) -> datetime:
        return self._desk.db.clock.now()

    def person(self, at: datetime) -> str:
        """How to reach a person now."""
        is_open = self._desk.calendar.is_working_moment(at)
        return self._phrases.say("bot.person_open" if is_open else "bot.person_closed")

    # ---- beginning

    async def start(
        self,
        message: Message,
        at: datetime,
        *,
        story: str = "",
        sent: Sequence[Sent] = (),
        anew: bool = False,
    ) -> str:
        """Begin a complaint with what is known already; an open draft is offered instead of overwritten."""

        async def decide(standing: Standing) -> Next:
            session = standing.session
            if session is not None and not anew and not self._is_gone(session, at):
                return Next(self._phrases.say("bot.resume_offer"), session, write=False)
            known, rows = self._known(standing.account_id, story, sent)
            begun, say = begin(FILE_COMPLAINT, at, known=known)
            return Next(self._phrases.lines(say.lines), begun, rows)

        return await self._turns.step(message, decide)

    async def start_dispute(self, message: Message, complaint_id: UUID, before: str) -> str:
        """Ask why the answer is not accepted. An open draft goes first and is not lost."""

        async def decide(standing: Standing) -> Next:
            if standing.session is not None and not self._is_gone(standing.session, self.now()):
                text = before + "\n" + self._phrases.say("bot.rating.draft_first")
                return Next(text, standing.session, write=False)
            begun, say = begin(DISPUTE_ANSWER, self.now(), subject=str(complaint_id))
            return Next(before + "\n" + self._phrases.lines(say.lines), begun)

        return await self._turns.step(message, decide)

    def _known(
        self, account_id: UUID, story: str, sent: Sequence[Sent]
    ) -> tuple[dict[str, Answer], tuple[Model, ...]]:
        """Answers and rows from what was sent before the conversation; what does not fit is left out."""
        known: dict[str, Answer] = {}
        rows: list[Model] = []
        heard_at = self.now()
        for step in FILE_COMPLAINT.steps:
            if step.name == "story" and story:
                begun = subject(story)
                if begun is not None:
                    known[step.name] = begun
                else:
                    self._take_known(known, step.name, Heard(at=heard_at, text=story))
        for one in sent:
            if one.spot is not None:
                self._take_known(known, "place", Heard(at=heard_at, spot=one.spot))
            elif one.media:
                file_id = self._desk.db.ids.new()
                if self._take_known(known, "photos", Heard(at=heard_at, photo=str(file_id))):
                    rows.append(self._fetch(account_id, file_id, one.media))
        return known, tuple(rows)

    @staticmethod
    def _take_known(known: dict[str, Answer], name: str, heard: Heard) -> bool:
        kind = FILE_COMPLAINT.steps[FILE_COMPLAINT.position(name)].kind
        taken = kind.take(known.get(name, Answer()), heard)
        answer = getattr(taken, "answer", None)
        if answer is None:
            return False
        known[name] = answer
        return True

    # ---- going on

    async def go_on(
        self, message: Message, heard: Understood, at: datetime, free: Callable[[], Awaitable[str]]
    ) -> str:
        """One message further in the open conversation. `free` answers what turns out not to belong to it."""
        elsewhere = ""

        async def decide(standing: Standing) -> Next:
            nonlocal elsewhere
            elsewhere = ""
            session = standing.session
            if session is None:
                # It ended while this message was on its way.
                elsewhere = "ended"
                return Next("", None, write=False)
            dialogue = DIALOGUES.get(session.dialogue)
            if dialogue is None:
                elsewhere = "gone"
                return Next(self._phrases.say("bot.draft_gone"), None)
            if heard.word == "file":
                return self._already_open(dialogue, session, at)
            file_id = self._desk.db.ids.new() if heard.media else None
            after, say = advance(dialogue, session, _heard(heard, at, file_id))
            if say.outcome is Outcome.STALE:
                elsewhere = "stale"
                return Next("", session, write=False)
            if say.outcome is Outcome.GONE:
                elsewhere = "gone"
                return Next(self._phrases.say("bot.draft_gone"), None)
            rows: tuple[Model, ...] = ()
            if file_id is not None and _keeps(after, file_id):
                rows = (self._fetch(standing.account_id, file_id, heard.media),)
            if say.outcome is Outcome.FINISHED:
                return await self._finish(standing, session, say, at)
            return Next(self._text(say, at), after, rows, write=after != session)

        reply = await self._turns.step(message, decide)
        if elsewhere == "ended":
            return await free()
        if elsewhere == "stale":
            return await free() + "\n" + self._phrases.say("bot.resume_footer")
        if elsewhere == "gone" and heard.word not in _WORDS:
            return (reply + "\n\n" + await free()).strip()
        return reply

    def reminder(self, standing: Standing, at: datetime) -> str:
        """The open question once more, or the offer to go on with an old draft."""
        session = standing.session
        dialogue = DIALOGUES.get(session.dialogue) if session is not None else None
        if session is None or dialogue is None:
            return ""
        _, say = advance(dialogue, session, Heard(at=at))
        if say.outcome in _LIVE:
            return self._phrases.say("bot.resume_footer") if say.outcome is Outcome.STALE else ""
        return self._phrases.lines(prompt(dialogue, session))

    def _already_open(self, dialogue: Dialogue, session: Session, at: datetime) -> Next:
        _, say = advance(dialogue, session, Heard(at=at))
        if say.outcome is Outcome.GONE:
            begun, said = begin(FILE_COMPLAINT, at)
            return Next(self._phrases.lines(said.lines), begun)
        if say.outcome is Outcome.STALE:
            return Next(self._phrases.say("bot.resume_offer"), session, write=False)
        return Next(self._phrases.lines(prompt(dialogue, session)), session, write=False)

    def _is_gone(self, session: Session, at: datetime) -> bool:
        dialogue = DIALOGUES.get(session.dialogue)
        return dialogue is None or advance(dialogue, session, Heard(at=at))[1].outcome is Outcome.GONE

    def _text(self, say: Say, at: datetime) -> str:
        text = self._phrases.lines(say.lines)
        if say.outcome is Outcome.PERSON:
            return f"{self.person(at)}\n\n{text}"
        if say.outcome is Outcome.HELP:
            return f"{self._phrases.say('bot.help')}\n\n{text}"
        return text

    # ---- finishing

    async def _finish(self, standing: Standing, session: Session, say: Say, at: datetime) -> Next:
        try:
            if session.dialogue == DISPUTE_ANSWER.name:
                reason = say.answers["reason"].text
                text = await self._cases.dispute(standing.account_id, UUID(session.subject), reason)
                return Next(text, None)
            return await self._submit(standing, say)
        except Problem as problem:
            # The draft stays; the sentence says what to change.
            again = Say(Outcome.REFUSED, prompt(DIALOGUES[session.dialogue], session))
            return Next(f"{self._phrases.problem(problem)}\n\n{self._text(again, at)}", session, write=False)

    async def _submit(self, standing: Standing, say: Say) -> Next:
        place, phone = say.answers["place"], say.answers["phone"]
        spot = place.spot
        new = NewComplaint(
            account_id=standing.account_id,
            story=say.answers["story"].text,
            source=Source.WECHAT,
            photos=tuple(UUID(photo) for photo in say.answers["photos"].photos),
            place_text=place.text or (spot.label if spot is not None else ""),
            position=Position(spot.latitude, spot.longitude, "gcj02") if spot is not None else None,
            phone=phone.text or None,
        )
        made = await new_complaint_rows(self._desk, citizen(standing.account_id), new)
        due = made.view.due_at
        text = self._phrases.say(
            "bot.submitted",
            reference=made.reference,
            due=self._phrases.moment(due) if due is not None else "",
        )
        return Next(text, None, made.rows)

    def _fetch(self, account_id: UUID, file_id: UUID, media: str) -> Model:
        return waiting_fetch(self._desk.db, self._sealer, account_id, file_id, media)


def _heard(heard: Understood, at: datetime, file_id: UUID | None) -> Heard:
    return Heard(
        at=at,
        text=heard.text,
        word=heard.word if heard.word in _WORDS else "",
        number=heard.number,
        photo=str(file_id) if file_id is not None else None,
        spot=heard.spot,
    )


def _keeps(session: Session | None, file_id: UUID) -> bool:
    return session is not None and any(str(file_id) in one.photos for one in session.answers.values())
