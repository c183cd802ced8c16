from contextlib import suppress

import pytest

from tests.timing import least_cpu_s
from wechat.json_bodies import MAX_NUMBER_CHARS, read_json
from wechat.parse import MAX_BODY_BYTES, MAX_DEPTH, MAX_ELEMENTS, ParseError


def test_text_and_numbers_are_read_as_the_text_they_were_sent_as() -> None:
    body = '{"A": "门口\\u4e2d", "N": 1234567890123456789, "F": 30.10, "M": -1, "E": ""}'
    assert read_json(body.encode()) == {
        "A": "门口中",
        "N": "1234567890123456789",
        "F": "30.10",
        "M": "-1",
        "E": "",
    }


def test_objects_and_lists_have_the_shape_xml_gives_them() -> None:
    body = b'{"detail": [{"label": 100}, {"label": 200}], "result": {"suggest": "pass"}, "ids": [1, "2"]}'
    assert read_json(body) == {
        "detail": [{"label": "100"}, {"label": "200"}],
        "result": {"suggest": "pass"},
        "ids": ["1", "2"],
    }


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"<xml><A>1</A></xml>", "not JSON"),
        (b"{} {}", "not JSON"),
        (b"{'A': 1}", "not JSON"),
        (b'{"A": 1,}', "not JSON"),
        (b'{"A": 01}', "not JSON"),
        (b'{"A": "\x01"}', "not JSON"),
        (b'\xef\xbb\xbf{"A": 1}', "not JSON"),
        (b'{"A": "\xff"}', "not UTF-8"),
        ('{"A": 1}'.encode("utf-16"), "not UTF-8"),
        (b"[1]", "not one object"),
        (b'"A"', "not one object"),
        (b'{"A": 1, "A": 1}', "twice"),
        (b'{"A": {"B": 1, "\\u0042": 1}}', "twice"),
        (b'{"A": NaN}', "none"),
        (b'{"A": -Infinity}', "none"),
        (b'{"A": null}', "neither"),
        (b'{"A": [true]}', "neither"),
        (b'{"A": "\\u0000"}', "control"),
        (b'{"A": "\\uffff"}', "control"),
        (b'{"A": "\\ud83d"}', "half"),
        (b'{"A b": 1}', "name"),
        (b'{"": 1}', "name"),
        (b'{"A": ' + b"1" * (MAX_NUMBER_CHARS + 1) + b"}", "too long"),
        (b'{"A": "' + b"x" * MAX_BODY_BYTES + b'"}', "larger"),
    ],
)
def test_what_readers_of_json_disagree_about_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        read_json(body)


def test_depth_and_number_of_elements_are_bounded() -> None:
    deep = b'{"A":' * (2 * MAX_DEPTH) + b"1" + b"}" * (2 * MAX_DEPTH)
    assert read_json(deep)
    with pytest.raises(ParseError, match="deeply"):
        read_json(b'{"A":' + deep + b"}")
    with pytest.raises(ParseError, match="too many"):
        read_json(b'{"A":[' + b",".join(b"1" for _ in range(MAX_ELEMENTS + 1)) + b"]}")
    with pytest.raises(ParseError, match="too many"):
        read_json(b'{"A":[' + b",".join(b"[]" for _ in range(MAX_ELEMENTS + 1)) + b"]}")


@pytest.mark.parametrize(
    "shard", [b"[", b"{", b'"', b'\\"', b'{"A":', b"\\", b'"\\', b"9", b"[,", b'{"A":"', b"\xf0\x9f"]
)
def test_no_body_of_the_allowed_size_takes_long_to_refuse(shard: bytes) -> None:
    for body in (shard * (MAX_BODY_BYTES // len(shard)), b'"' + shard * ((MAX_BODY_BYTES - 1) // len(shard))):

        def read(body: bytes = body) -> None:
            with suppress(ParseError):
                read_json(body)

        assert least_cpu_s(read) < 0.05
