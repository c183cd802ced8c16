"""wechatpy's message and event objects, made from fields our own reader has read."""

from copy import deepcopy
from typing import Any

from wechat.events import SCENE_PREFIX
from wechat.fields import key, lower_name
from wechat.parse import Fields


def wechatpy_object(fields: Fields) -> Any:
    """A new object each time; `fields` stay as they are."""
    # Imported here: wechatpy pulls in requests, which the message path does not need.
    from wechatpy.events import EVENT_TYPES
    from wechatpy.messages import MESSAGE_TYPES, UnknownMessage

    fields = deepcopy(fields)
    message_type, event = lower_name(fields, "MsgType"), key(fields, "Event").lower()
    if message_type.startswith("device_"):
        return EVENT_TYPES.get(f"device_{event}" if event else message_type, UnknownMessage)(fields)
    if message_type != "event":
        return MESSAGE_TYPES.get(message_type, UnknownMessage)(fields)
    event_key = key(fields, "EventKey")
    if event == "subscribe" and event_key.startswith(SCENE_PREFIX):
        event = "subscribe_scan"
        fields["EventKey"] = event_key.removeprefix(SCENE_PREFIX)
    elif event == "subscribe" and event_key.startswith(("scanbarcode|", "scanimage|")):
        event = "subscribe_scan_product"
    if event.startswith("subscribe_scan"):
        fields["Event"] = event
    return EVENT_TYPES.get(event, UnknownMessage)(fields)
