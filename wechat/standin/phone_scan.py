"""QR codes the demo phone can scan: those the account created, the demo's own, and any scene typed in."""

from wechat.standin.actions import Phone
from wechat.standin.codes import QrCode
from wechat.standin.control import bad_request
from wechat.standin.demo import Scene
from wechat.standin.platform import Platform

CODE_ADDRESS = "http://weixin.qq.com/q/"
LONGEST_SCENE = 64
MOST_SHOWN = 30


def known_scenes(platform: Platform) -> list[Scene]:
    """The account's own codes, the newest first; the demo's where the account has created none."""
    created = _alive(platform)
    if not created:
        return list(platform.config.demo.scenes)
    return [Scene(code.scene, _label(platform, code.scene)) for code in reversed(created[-MOST_SHOWN:])]


def scan(platform: Platform, phone: Phone, asked: str) -> None:
    """Scan the code with this scene, or the code behind this address or ticket."""
    asked = asked.strip()
    code = platform.codes.find(asked)
    if code is None and asked.startswith(CODE_ADDRESS):
        raise bad_request("this code is unknown or has expired")
    scene = asked if code is None else code.scene
    if not 1 <= len(scene) <= LONGEST_SCENE or any(char.isspace() for char in scene):
        raise bad_request(f"a scene has 1 to {LONGEST_SCENE} visible characters")
    if code is None:
        code = next((one for one in _alive(platform) if one.scene == scene), None)
    phone.scan(scene, _label(platform, scene), "" if code is None else code.ticket)


def _label(platform: Platform, scene: str) -> str:
    """What the code is in words: its own label, or that of codes which begin so, or the scene itself."""
    demo = platform.config.demo
    named = {one.key: one.label for one in demo.scenes}
    kinds = (label for beginning, label in demo.scene_kinds.items() if scene.startswith(beginning))
    return named.get(scene) or next(kinds, scene)


def _alive(platform: Platform) -> list[QrCode]:
    return [code for code in platform.codes.all() if platform.codes.find(code.ticket) is not None]
