"""Files kept for good, and pictures for articles."""

from mimetypes import guess_extension

import msgspec

from wechat.standin.call import OK, Answer, Binary, Call, Upload
from wechat.standin.library import KINDS, Material
from wechat.standin.reading import text_of, whole_number
from wechat.standin.refusals import Refusal

LONGEST_TITLE = 64
MOST_A_PAGE = 20


def upload_picture(call: Call) -> Answer:
    """`media/uploadimg`: its address may stand in an article."""
    picture_id = call.platform.library.keep_picture(_file(call).content)
    return {"url": f"{call.origin}/mmbiz/{picture_id}"}


def add(call: Call) -> Answer:
    kind, upload = call.query.get("type", ""), _file(call)
    title, introduction = "", ""
    if kind == "video":
        title, introduction = _description(call)
    material = call.platform.library.add_material(kind, upload.content, upload.filename, title, introduction)
    if kind in ("image", "thumb"):
        return {"media_id": material.media_id, "url": f"{call.origin}/mmbiz/{material.media_id}"}
    return {"media_id": material.media_id}


def _file(call: Call) -> Upload:
    if call.upload is None:
        raise Refusal(41005, "media data missing")
    return call.upload


def _description(call: Call) -> tuple[str, str]:
    try:
        described = msgspec.json.decode(call.form.get("description", ""), type=dict[str, str])
    except (msgspec.DecodeError, UnicodeEncodeError):
        raise Refusal(47001, "data format error") from None
    title = described.get("title", "")
    if not 1 <= len(title) <= LONGEST_TITLE:
        raise Refusal(45003, "title size out of limit")
    return title, described.get("introduction", "")


def get(call: Call) -> Answer:
    media_id = text_of(call.document, "media_id")
    draft = call.platform.library.drafts.get(media_id)
    if draft is not None:
        return {"news_item": [msgspec.to_builtins(one) for one in draft.articles]}
    material = call.platform.library.material(media_id)
    if material.kind == "video":
        return {
            "title": material.title,
            "description": material.introduction,
            "down_url": f"{call.origin}/film/{material.media_id}",
        }
    return Binary(material.content, material.content_type, _filename(material))


def _filename(material: Material) -> str:
    return material.media_id[:16] + (guess_extension(material.content_type) or ".bin")


def delete(call: Call) -> Answer:
    material = call.platform.library.material(text_of(call.document, "media_id"))
    del call.platform.library.materials[material.media_id]
    return OK


def count(call: Call) -> Answer:
    kinds = [one.kind for one in call.platform.library.materials.values()]
    counts: dict[str, object] = {f"{kind}_count": kinds.count(kind) for kind in ("voice", "video")}
    return counts | {"image_count": kinds.count("image") + kinds.count("thumb"), "news_count": 0}


def page(call: Call) -> Answer:
    kind = text_of(call.document, "type")
    if kind not in (*KINDS, "news"):
        raise Refusal(40004, "invalid media type")
    offset = whole_number(call.document, "offset", 0, 2**31)
    most = whole_number(call.document, "count", 1, MOST_A_PAGE)
    found = [one for one in reversed(call.platform.library.materials.values()) if one.kind == kind]
    shown = found[offset : offset + most]
    return {
        "total_count": len(found),
        "item_count": len(shown),
        "item": [
            {
                "media_id": one.media_id,
                "name": one.name,
                "update_time": int(one.at.timestamp()),
                "url": f"{call.origin}/mmbiz/{one.media_id}",
            }
            for one in shown
        ],
    }
