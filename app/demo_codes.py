"""The demo's signs: one code of each kind, to be scanned with the demo phone."""

from __future__ import annotations

from casework.complaints.place import Position
from casework.scene_codes.actions import NewSceneCode
from casework.scene_codes.kinds import SceneKind

DEMO_CODES = (
    NewSceneCode(
        kind=SceneKind.STREET_CHIEF,
        title="湖滨路街巷长公示牌",
        place_text="湖滨路 1-120 号",
        position=Position(30.270120, 120.150330, "gcj02"),
        unit="street",
        contact="街巷长 张工 0000-8212330",
    ),
    NewSceneCode(
        kind=SceneKind.PROJECT,
        title="学府路综合管网改造工程",
        place_text="学府路与文渊路口",
        position=Position(30.281544, 120.166318, "gcj02"),
        unit="construction",
        contact="项目联系人 刘工 0000-8212340",
    ),
    NewSceneCode(
        kind=SceneKind.SIGN,
        title="老街面馆店招",
        place_text="人民路 118 号",
        position=Position(30.274085, 120.155070, "gcj02"),
        unit="street",
        contact="设置人 老街面馆 0000-8212350",
    ),
    NewSceneCode(
        kind=SceneKind.ARTICLE,
        title="门前摆摊，怎样才算合规",
        target="/h5/permits",
    ),
)
