"""Every dialogue of the official account."""

from __future__ import annotations

from bot.dialogue import Ask, Dialogue
from bot.kinds import images, location_or_text, mobile, text

FILE_COMPLAINT = Dialogue(
    name="file_complaint",
    version=1,
    steps=(
        Ask("story", text(at_least=4, at_most=12_000)),
        Ask("photos", images(at_most=9), optional=True),
        Ask("place", location_or_text),
        Ask("phone", mobile, optional=True),
    ),
)

DISPUTE_ANSWER = Dialogue(
    name="dispute_answer",
    version=1,
    steps=(Ask("reason", text(at_least=4, at_most=1_000)),),
    confirm=False,
)

DIALOGUES = {dialogue.name: dialogue for dialogue in (FILE_COMPLAINT, DISPUTE_ANSWER)}
