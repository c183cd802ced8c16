"""A city's complaints of two years, as rows of text: the same for both engines, and the same in every run.

Of a million about 20,000 are open, 40,000 closed within the last 30 days, the rest archived, withdrawn or refused.
They stand in a city of some 30 x 30 km, denser round its centres, in 12 streets of 20 grids; eight units with 30
officers each; phones of some 300,000 people. What an audit chain, photos and notes would add is not made.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from kit.ids import first_id
from kit.references import make_reference

Row = tuple[object, ...]

SOUTH, WEST, NORTH, EAST = 30.115, 119.995, 30.385, 120.305
"""About 30 x 30 km."""
CENTRES = ((30.25, 120.15, 0.03), (30.30, 120.22, 0.02), (30.19, 120.08, 0.02), (30.22, 120.26, 0.015))
STREETS, GRIDS = 12, 20
OFFICERS = 30
DAYS = 730
PHONES = 300_000
OPEN_SHARE = 0.02
ARCHIVED_AFTER_DAYS = 30

CATEGORIES = (
    ("street_vending", "street", 22), ("shop_overflow", "street", 12), ("litter", "sanitation", 13),
    ("decoration_waste", "sanitation", 4), ("small_ads", "street", 5), ("damaged_sign", "street", 2),
    ("muck_truck", "construction", 3), ("site_dust", "construction", 4), ("construction_noise", "environment", 9),
    ("living_noise", "environment", 9), ("cooking_fumes", "environment", 6),
)  # fmt: skip
"""Codes of the shipped profile, the unit each goes to, and how many of a hundred complaints are of it."""
OTHERS = (("planning", 5), ("facilities", 4), ("greenery", 2))
"""The rest has no category here; to which units it went."""
SOURCES = (
    ("wechat", 55),
    ("h5", 12),
    ("miniprogram", 12),
    ("phone", 12),
    ("window", 3),
    ("patrol", 5),
    ("open311", 1),
)
URGENCIES = (("ordinary", 90), ("urgent", 8), ("emergency", 2))
OPEN = (
    ("submitted", 10), ("accepted", 9), ("assigned", 55), ("waiting", 4), ("handled", 4), ("answered", 15),
    ("reopened", 3),
)  # fmt: skip
ENDED = (("closed", 94), ("withdrawn", 3), ("refused", 3))
PLACES = (
    "文化路",
    "湖滨路",
    "解放东路",
    "建国北路",
    "中山路",
    "学院路",
    "环城西路",
    "和平街",
    "新华里",
    "凤凰桥",
)
SPOTS = (
    "菜场北门",
    "小学门口",
    "地铁口",
    "小区南门",
    "公交站旁",
    "桥下",
    "停车场入口",
    "商场后街",
    "公园西侧",
    "河边步道",
)
MATTERS = (
    "有人摆摊卖水果占了人行道，行人只能走到车道上", "烧烤店油烟很大，晚上窗户都不敢开", "垃圾桶满了好几天没人清运，味道很重",
    "工地半夜还在施工，吵得睡不着", "渣土车一路撒土，车轮带泥", "电线杆上贴满了小广告", "店家把桌椅摆到门外占用盲道",
    "广场舞音响开得太大，老人小孩没法休息", "招牌被风吹松了，看着要掉下来", "装修垃圾堆在楼下没人管",
)  # fmt: skip
MANNERS = (
    "，请派人看看。",
    "，已经持续一个多星期了，希望尽快处理。",
    "，早上七点到九点最严重，反映过几次没有改善。",
    "，麻烦转给负责的单位。",
)


@dataclass(frozen=True)
class Officer:
    """Somebody cases are given to."""

    id: UUID
    unit: str
    name: str


def officers(at: datetime) -> tuple[Officer, ...]:
    """Thirty of each unit, with ids as old as the records."""
    units = sorted({unit for _, unit, _ in CATEGORIES} | {unit for unit, _ in OTHERS})
    base = first_id(at - timedelta(days=DAYS + 1)).int | (7 << 76) | (2 << 62)
    return tuple(
        Officer(UUID(int=base + number), units[number // OFFICERS], f"承办{number:03d}")
        for number in range(len(units) * OFFICERS)
    )


COLUMNS = (
    "id", "reference", "account_id", "source", "state", "state_since_at", "revision", "category", "suggested_category",
    "story", "place_text", "latitude", "longitude", "phone_sealed", "phone_index", "unit", "assignee_id",
    "submitted_at", "limit_started_at", "due_at", "answered_at", "times_disputed", "rating", "closed_at", "updated_at",
    "urgency", "place_area", "place_grid", "place_standing", "place_cell", "accepted_at", "answer_started_at",
    "first_answered_at", "answer_due_at", "supervised_at", "times_reminded", "rating_solved", "rating_manner",
    "rating_speed", "archived_at", "anonymised_at",
)  # fmt: skip


def rows(
    cases: int, at: datetime, staff: tuple[Officer, ...], cell: Callable[[float, float], int]
) -> Iterator[Row]:
    """Rows of `COLUMNS`, oldest first; moments and ids as text, whole and broken numbers as such.

    `cell(latitude, longitude)` numbers the square a place lies in.
    """
    return _City(cases, at, staff, cell).rows()


class _City:
    def __init__(
        self, cases: int, at: datetime, staff: tuple[Officer, ...], cell: Callable[[float, float], int]
    ) -> None:
        self.draw = random.Random(311)
        self.cases, self.at, self.cell = cases, at, cell
        self.by_unit: dict[str, list[str]] = {}
        for officer in staff:
            self.by_unit.setdefault(officer.unit, []).append(str(officer.id))
        self.kinds = [(code, unit) for code, unit, _ in CATEGORIES] + [(None, unit) for unit, _ in OTHERS]
        self.weights = [share for _, _, share in CATEGORIES] + [share for _, share in OTHERS]

    def rows(self) -> Iterator[Row]:
        step = timedelta(days=DAYS) / self.cases
        begin = self.at - timedelta(days=DAYS)
        opened = int(self.cases * OPEN_SHARE)
        # Nearly everything open came within the last three weeks.
        recent = int(self.cases * 21 / DAYS)
        for number in range(self.cases):
            submitted = begin + step * number
            left = self.cases - number
            if left <= recent:
                is_open = self.draw.random() < (opened / recent) * (1.6 - 1.2 * left / recent)
            else:
                is_open = self.draw.random() < 0.0005
            yield self._row(number, submitted, is_open)

    def _row(self, number: int, submitted: datetime, is_open: bool) -> Row:
        draw = self.draw
        kind, unit = draw.choices(self.kinds, self.weights)[0]
        state = _one(draw, OPEN if is_open else ENDED)
        latitude, longitude = self._place()
        begun = state not in ("submitted", "refused")
        given = begun and state != "accepted" and not (state == "reopened" and draw.random() < 0.3)
        answered = state in ("answered", "reopened", "closed")
        accepted_at = submitted + timedelta(minutes=draw.randint(10, 900)) if begun else None
        answered_at = submitted + timedelta(minutes=draw.randint(900, 9_000)) if answered else None
        closed_at = None
        if not is_open:
            closed_at = (answered_at or submitted) + timedelta(minutes=draw.randint(60, 14_000))
            if closed_at > self.at:
                closed_at = self.at - timedelta(minutes=draw.randint(1, 600))
        archived_at = None
        if closed_at is not None and state == "closed":
            archived_at = closed_at + timedelta(days=ARCHIVED_AFTER_DAYS)
        is_archived = archived_at is not None and archived_at < self.at
        due_at = self._due(draw) if is_open else None if is_archived else archived_at
        street = int((latitude - SOUTH) / (NORTH - SOUTH) * 3.999) * 3 + int(
            (longitude - WEST) / (EAST - WEST) * 2.999
        )
        street, grid = street % STREETS, draw.randrange(GRIDS)
        moment, rated = _moment(submitted), state == "closed" and draw.random() < 0.3
        rating = draw.choices((5, 4, 3, 2, 1), (50, 25, 12, 6, 7))[0] if rated else None
        answer_due = submitted + timedelta(days=7)
        person = draw.randrange(PHONES)
        return (
            _id(submitted, number),
            make_reference("QS", "TS", submitted.date(), number % 9_999 + 1),
            _id(self.at - timedelta(days=900), person),
            _one(draw, SOURCES),
            "archived" if is_archived else state,
            _moment(closed_at or answered_at or accepted_at or submitted),
            {"submitted": 1, "accepted": 2, "assigned": 3}.get(state, 5),
            kind if begun else None,
            kind,
            f"{draw.choice(PLACES)}{draw.randint(1, 400)}号{draw.choice(SPOTS)}{draw.choice(MATTERS)}{draw.choice(MANNERS)}",
            f"{draw.choice(PLACES)}{draw.randint(1, 400)}号",
            latitude,
            longitude,
            None,
            f"{person:064x}" if draw.random() < 0.6 else None,
            unit if given or begun else None,
            draw.choice(self.by_unit[unit]) if given else None,
            moment,
            moment,
            _moment(due_at),
            _moment(answered_at),
            1 if state == "reopened" else 0,
            rating,
            _moment(closed_at),
            _moment(closed_at or submitted),
            _one(draw, URGENCIES),
            f"S{street:02d}",
            f"S{street:02d}G{grid:02d}",
            "inside",
            self.cell(latitude, longitude),
            _moment(accepted_at),
            _moment(accepted_at),
            _moment(answered_at),
            _moment(answer_due) if answered else None,
            moment if is_open and draw.random() < 0.02 else None,
            draw.choices((None, 1, 2), (90, 8, 2))[0] if is_open else None,
            rating,
            rating,
            rating,
            _moment(archived_at) if is_archived else None,
            None,
        )

    def _place(self) -> tuple[float, float]:
        draw = self.draw
        if draw.random() < 0.3:
            return round(draw.uniform(SOUTH, NORTH), 6), round(draw.uniform(WEST, EAST), 6)
        latitude, longitude, spread = CENTRES[int(draw.random() ** 2 * len(CENTRES))]
        return (
            round(min(NORTH, max(SOUTH, draw.gauss(latitude, spread))), 6),
            round(min(EAST, max(WEST, draw.gauss(longitude, spread))), 6),
        )

    def _due(self, draw: random.Random) -> datetime:
        """Eight in a hundred are late, ten end within the day, the others within a week or so."""
        kind = draw.random()
        if kind < 0.08:
            return self.at - timedelta(minutes=draw.randint(1, 7_000))
        if kind < 0.18:
            return self.at + timedelta(minutes=draw.randint(1, 600))
        return self.at + timedelta(minutes=draw.randint(600, 12_000))


def _one(draw: random.Random, weighted: tuple[tuple[str, int], ...]) -> str:
    return draw.choices([one for one, _ in weighted], [weight for _, weight in weighted])[0]


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(sep=" ", timespec="microseconds") if at is not None else None


def _id(at: datetime, number: int) -> str:
    """A time-ordered key, unique by its number."""
    milliseconds = int(at.timestamp() * 1000)
    return str(UUID(int=(milliseconds << 80) | (7 << 76) | (2 << 62) | number))
