"""Every dialogue of the official account."""

from __future__ import annotations

from bot.dialogue_shape import Ask, Dialogue
from bot.kinds import location_or_text, mobile, mobile_needed, name, text
from bot.kinds_picked import number, one_of_the_choices, one_of_the_options, particular
from bot.kinds_sent import images, materials, recordings
from casework.complaints.filing import PARTICULAR_AT_MOST, PHOTOS_AT_MOST, STORY_AT_MOST

FILE_COMPLAINT = Dialogue(
    name="file_complaint",
    version=1,
    steps=(
        Ask("story", text(at_least=4, at_most=STORY_AT_MOST)),
        # What the category needs to know, only when the story does not say it.
        Ask("particular", particular(at_most=PARTICULAR_AT_MOST), optional=True, about=0),
        Ask("further", particular(at_most=PARTICULAR_AT_MOST), optional=True, about=1),
        Ask("photos", images(at_most=PHOTOS_AT_MOST), optional=True),
        Ask("place", location_or_text, consent="location"),
        # Only where something of the kind was reported next to it: me too.
        Ask("same", one_of_the_choices, optional=True, about=2),
        Ask("phone", mobile, optional=True, consent="contact_phone"),
        Ask("recordings", recordings(at_most=5), optional=True, asked=False),
    ),
    notice="collection_notice",
)

ADD_MATERIAL = Dialogue(
    name="add_material",
    version=1,
    steps=(
        Ask("case", one_of_the_options),
        Ask("material", materials(photos_at_most=9, recordings_at_most=5, words_at_most=2_000)),
    ),
    confirm=False,
)

RATE_ANSWER = Dialogue(
    name="rate_answer",
    version=1,
    steps=(
        Ask("case", one_of_the_options),
        Ask("score", number(at_most=3)),
        # Whoever is not satisfied is asked what was wrong by the next dialogue.
        Ask("words", text(at_least=1, at_most=500), optional=True, unless=("score", "1")),
    ),
    confirm=False,
)

DISPUTE_ANSWER = Dialogue(
    name="dispute_answer",
    version=1,
    steps=(Ask("reason", text(at_least=4, at_most=1_000)),),
    confirm=False,
)

WITHDRAW = Dialogue(
    name="withdraw",
    version=1,
    steps=(Ask("case", one_of_the_options),),
)

LEAVE_MESSAGE = Dialogue(
    name="leave_message",
    version=1,
    steps=(Ask("words", text(at_least=2, at_most=2_000), begun=True),),
    confirm=False,
)

WRITE_MORE = Dialogue(
    name="write_more",
    version=1,
    steps=(Ask("words", text(at_least=2, at_most=2_000)),),
    confirm=False,
)

GUARDIAN = Dialogue(
    name="guardian",
    version=1,
    steps=(
        Ask("name", name(at_least=2, at_most=20)),
        Ask("phone", mobile_needed),
    ),
)

REVOKE_CONSENT = Dialogue(
    name="revoke_consent",
    version=1,
    steps=(Ask("purpose", one_of_the_options),),
)

UNLINK = Dialogue(name="unlink", version=1, steps=())

BIND_STAFF = Dialogue(name="bind_staff", version=1, steps=())

DIALOGUES = {
    dialogue.name: dialogue
    for dialogue in (
        FILE_COMPLAINT,
        ADD_MATERIAL,
        RATE_ANSWER,
        DISPUTE_ANSWER,
        WITHDRAW,
        LEAVE_MESSAGE,
        WRITE_MORE,
        GUARDIAN,
        REVOKE_CONSENT,
        UNLINK,
        BIND_STAFF,
    )
}
