"""What the demo phone's page may send, told apart by `action`."""

import msgspec


class TextAction(msgspec.Struct, tag_field="action", tag="text"):
    openid: str
    text: str
    menu_id: str | None = None


class SamplePhotoAction(msgspec.Struct, tag_field="action", tag="sample_photo"):
    openid: str
    name: str


class SampleVoiceAction(msgspec.Struct, tag_field="action", tag="sample_voice"):
    openid: str
    name: str


class RecordingAction(msgspec.Struct, tag_field="action", tag="recording"):
    """Spoken into the microphone. `recognition` is what the platform is to have heard, None for nothing.

    `recording` names the sound the page keeps for its owner to hear again.
    """

    openid: str
    seconds: float
    recognition: str | None = None
    recording: str = ""


class SampleFilmAction(msgspec.Struct, tag_field="action", tag="sample_film"):
    openid: str
    name: str


class LocationAction(msgspec.Struct, tag_field="action", tag="location"):
    openid: str
    label: str
    latitude: float
    longitude: float
    detail: str = ""


class LinkAction(msgspec.Struct, tag_field="action", tag="link"):
    openid: str
    title: str
    url: str
    description: str = ""


class MenuAction(msgspec.Struct, tag_field="action", tag="menu"):
    """`path` is the button's place in the menu: one index, or two for a sub button.

    `scanned`, `photos` (names of samples) and `place` are what a button that asks for them was given.
    """

    openid: str
    path: list[int]
    scanned: str | None = None
    photos: list[str] = []
    place: LocationAction | None = None


class FollowAction(msgspec.Struct, tag_field="action", tag="follow"):
    openid: str
    followed: bool


class ScanAction(msgspec.Struct, tag_field="action", tag="scan"):
    """`scene` is a code's key, or the address a code of the account shows."""

    openid: str
    scene: str


class ConsentAction(msgspec.Struct, tag_field="action", tag="consent"):
    """The subscription sheet was answered: either one template, or `answers` for all that it showed."""

    openid: str
    template_id: str = ""
    accepted: bool = False
    answers: dict[str, bool] = {}


class ConsentChangeAction(msgspec.Struct, tag_field="action", tag="consent_change"):
    """A subscription was switched on or off in the account's settings."""

    openid: str
    template_id: str
    accepted: bool


Action = (
    TextAction
    | SamplePhotoAction
    | SampleVoiceAction
    | RecordingAction
    | SampleFilmAction
    | LocationAction
    | LinkAction
    | MenuAction
    | FollowAction
    | ScanAction
    | ConsentAction
    | ConsentChangeAction
)
READ_ACTION: msgspec.json.Decoder[Action] = msgspec.json.Decoder(Action)
