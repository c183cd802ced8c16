"""What the demo phone's page may send, told apart by `action`."""

import msgspec


class TextAction(msgspec.Struct, tag_field="action", tag="text"):
    openid: str
    text: str
    menu_id: str | None = None


class SamplePhotoAction(msgspec.Struct, tag_field="action", tag="sample_photo"):
    openid: str
    name: str


class LocationAction(msgspec.Struct, tag_field="action", tag="location"):
    openid: str
    label: str
    latitude: float
    longitude: float
    detail: str = ""


class MenuAction(msgspec.Struct, tag_field="action", tag="menu"):
    """`path` is the button's place in the menu: one index, or two for a sub button."""

    openid: str
    path: list[int]


class FollowAction(msgspec.Struct, tag_field="action", tag="follow"):
    openid: str
    followed: bool


class ScanAction(msgspec.Struct, tag_field="action", tag="scan"):
    openid: str
    scene: str


class ConsentAction(msgspec.Struct, tag_field="action", tag="consent"):
    openid: str
    template_id: str
    accepted: bool


Action = (
    TextAction | SamplePhotoAction | LocationAction | MenuAction | FollowAction | ScanAction | ConsentAction
)
READ_ACTION: msgspec.json.Decoder[Action] = msgspec.json.Decoder(Action)
