"""QR codes the demo phone can scan: the demo's own, those the account created, and any scene typed in."""

from wechat.standin.actions import Phone
from wechat.standin.codes import QrCode
from wechat.standin.control import bad_request
from wechat.standin.demo import Scene
from wechat.standin.platform import Platform

CODE_ADDRESS = "http://weixin.qq.com/q/"
LONGEST_SCENE = 64
MOST_SHOWN = 30


def known_scenes(platform: Platform) -> list[Scene]:
    """The demo's codes, then the account's, the newest first."""
    drawn = platform.config.demo.scenes
    keys = {scene.key for scene in drawn}
    created = [code for code in _alive(platform) if code.scene not in keys]
    return [*drawn, *(Scene(code.scene, code.scene) for code in reversed(created[-MOST_SHOWN:]))]


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
    label = next((one.label for one in platform.config.demo.scenes if one.key == scene), scene)
    phone.scan(scene, label, "" if code is None else code.ticket)


def _alive(platform: Platform) -> list[QrCode]:
    return [code for code in platform.codes.all() if platform.codes.find(code.ticket) is not None]
