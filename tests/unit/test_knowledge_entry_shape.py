"""What an entry must look like to be kept at all."""

from __future__ import annotations

import msgspec
import pytest

from content.interpretations.entry_shape import check_shape
from kit.problems import Invalid
from tests.knowledge_setting import STALL


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("slug", {"slug": "大写"}),
        ("question", {"question": "？？"}),
        ("phrasings", {"phrasings": ("一",)}),
        ("answer", {"answer": "长" * 2_001}),
        ("category", {"category": " "}),
        ("citations", {"citations": STALL.citations * 21}),
        ("valid_until_on", {"valid_until_on": STALL.valid_from_on.replace(year=2020)}),
        ("topic", {"topic": "a b"}),
        ("link", {"link": "https://example.com"}),
        ("local", {"local": {"Hours": "九点"}}),
    ],
)
def test_what_cannot_be_kept_is_refused_by_its_field(field: str, change: dict[str, object]) -> None:
    check_shape(STALL)
    with pytest.raises(Invalid) as refused:
        check_shape(msgspec.structs.replace(STALL, **change))
    assert refused.value.field == field
