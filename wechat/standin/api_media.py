"""Temporary media."""

from mimetypes import guess_extension

from wechat.standin.call import Answer, Binary, Call
from wechat.standin.media import content_type_of
from wechat.standin.refusals import Refusal


def upload(call: Call) -> Answer:
    if call.upload is None:
        raise Refusal(41005, "media data missing")
    kind = call.query.get("type", "")
    content = call.upload.content
    medium = call.platform.media.keep(kind, content, content_type_of(kind, content))
    name = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, name: medium.media_id, "created_at": int(medium.created_at.timestamp())}


def fetch(call: Call) -> Answer:
    medium = call.platform.media.find(call.query.get("media_id"))
    if medium.kind == "video":
        # The platform answers with an address instead of the film itself.
        return {"video_url": f"{call.origin}/film/{medium.media_id}"}
    extension = guess_extension(medium.content_type) or ".bin"
    return Binary(medium.content, medium.content_type, f"{medium.media_id[:16]}{extension}")
