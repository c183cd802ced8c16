"""Temporary media."""

from mimetypes import guess_extension

from wechat.standin.call import Answer, Binary, Call
from wechat.standin.media import picture_type
from wechat.standin.refusals import Refusal


def upload(call: Call) -> Answer:
    if call.upload is None:
        raise Refusal(41005, "media data missing")
    kind = call.query.get("type", "")
    content_type = picture_type(call.upload.content) or call.upload.content_type
    medium = call.platform.media.keep(kind, call.upload.content, content_type)
    name = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, name: medium.media_id, "created_at": int(medium.created_at.timestamp())}


def fetch(call: Call) -> Answer:
    medium = call.platform.media.find(call.query.get("media_id"))
    if medium.kind == "video":
        # The platform answers with an address instead of the film itself.
        return {
            "video_url": f"http://{call.platform.config.host}:{call.platform.config.port}/phone/media/{medium.media_id}"
        }
    extension = guess_extension(medium.content_type) or ".bin"
    return Binary(medium.content, medium.content_type, f"{medium.media_id[:16]}{extension}")
