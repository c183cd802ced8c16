"""Followers: who they are, how they are listed and tagged."""

from wechat.standin.call import OK, Answer, Call
from wechat.standin.citizens import Citizen
from wechat.standin.reading import text_of
from wechat.standin.refusals import Refusal

MOST_A_PAGE = 10_000
MOST_A_BATCH = 100
LONGEST_REMARK = 30


def user(call: Call) -> Answer:
    return _shown(call, call.citizen(call.query.get("openid")), call.query.get("lang", "zh_CN"))


def users(call: Call) -> Answer:
    """`user/info/batchget`: up to a hundred at once."""
    asked = call.document.get("user_list")
    if not isinstance(asked, list) or not 1 <= len(asked) <= MOST_A_BATCH:
        raise Refusal(40032, "invalid openid list size")
    found = [
        _shown(call, call.citizen(text_of(one, "openid")), text_of(one, "lang") or "zh_CN")
        if isinstance(one, dict)
        else {}
        for one in asked
    ]
    return {"user_info_list": found}


def _shown(call: Call, citizen: Citizen, language: str) -> dict[str, object]:
    if not citizen.followed:
        # Nothing else is told of who does not follow.
        return {"subscribe": 0, "openid": citizen.openid}
    number = citizen.scene if citizen.scene.isdigit() else ""
    # Since 2021 the platform answers nickname and portrait with empty strings.
    shown: dict[str, object] = {
        "subscribe": 1,
        "openid": citizen.openid,
        "nickname": "",
        "sex": 0,
        "language": language,
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "subscribe_time": int(citizen.followed_at.timestamp()),
        "remark": citizen.remark,
        "groupid": citizen.tags[0] if citizen.tags else 0,
        "tagid_list": citizen.tags,
        "subscribe_scene": "ADD_SCENE_QR_CODE" if citizen.scene else "ADD_SCENE_SEARCH",
        "qr_scene": int(number) if number else 0,
        "qr_scene_str": "" if number else citizen.scene,
    }
    return shown | ({"unionid": citizen.unionid} if call.platform.account.is_union_bound else {})


def list_users(call: Call) -> Answer:
    followers = [one.openid for one in call.platform.citizens.everyone() if one.followed]
    return _page(followers, call.query.get("next_openid", ""), with_total=True)


def _page(openids: list[str], after: str, *, with_total: bool) -> Answer:
    if after and after not in openids:
        raise Refusal(40003, "invalid openid")
    rest = openids[openids.index(after) + 1 :] if after else openids
    page = rest[:MOST_A_PAGE]
    answer: dict[str, object] = {"total": len(openids)} if with_total else {}
    answer |= {"count": len(page)}
    if page:
        answer |= {"data": {"openid": page}}
    return answer | {"next_openid": page[-1] if page else ""}


def set_remark(call: Call) -> Answer:
    citizen = call.platform.citizens.follower(call.document.get("openid"))
    remark = text_of(call.document, "remark")
    if len(remark) >= LONGEST_REMARK:
        raise Refusal(47003, "argument invalid! remark is longer than 29 characters")
    citizen.remark = remark
    return OK


def create_tag(call: Call) -> Answer:
    name = text_of(call.document, "tag", "name")
    return {"tag": {"id": call.platform.tags.create(name), "name": name}}


def list_tags(call: Call) -> Answer:
    return {"tags": call.platform.tags.all()}


def rename_tag(call: Call) -> Answer:
    call.platform.tags.rename(_tag(call), text_of(call.document, "tag", "name"))
    return OK


def delete_tag(call: Call) -> Answer:
    call.platform.tags.delete(_tag(call))
    return OK


def _tag(call: Call) -> object:
    holder = call.document.get("tag")
    return holder.get("id") if isinstance(holder, dict) else None


def tag_users(call: Call) -> Answer:
    call.platform.tags.put(call.document.get("tagid"), call.document.get("openid_list"), on=True)
    return OK


def untag_users(call: Call) -> Answer:
    call.platform.tags.put(call.document.get("tagid"), call.document.get("openid_list"), on=False)
    return OK


def tags_of_user(call: Call) -> Answer:
    return {"tagid_list": call.platform.citizens.follower(call.document.get("openid")).tags}


def users_of_tag(call: Call) -> Answer:
    tag = call.platform.tags.known(call.document.get("tagid"))
    return _page(call.platform.tags.holders(tag), text_of(call.document, "next_openid"), with_total=False)
