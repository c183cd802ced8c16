from contextlib import suppress

import pytest

from tests.timing import least_cpu_s
from wechat.parse import MAX_BODY_BYTES, MAX_DEPTH, MAX_ELEMENTS, ParseError, parse_xml


def message(inner: str) -> bytes:
    return f"<xml>{inner}</xml>".encode()


def test_text_cdata_and_entities_are_read_as_their_characters() -> None:
    fields = parse_xml(message("<A>1</A>\n<B><![CDATA[<b>&amp;]]></B><C>&lt;&#20013;&#x4E2D;&amp;</C>"))
    assert fields == {"A": "1", "B": "<b>&amp;", "C": "<中中&"}


def test_empty_and_self_closed_elements_are_empty_text() -> None:
    assert parse_xml(message("<A></A><B/><C /><D><![CDATA[]]></D>")) == {"A": "", "B": "", "C": "", "D": ""}
    assert parse_xml(b"<xml/>") == {}
    assert parse_xml(b" <xml>\n</xml>\n") == {}


def test_a_text_that_had_to_be_spread_over_two_cdata_sections_is_whole_again() -> None:
    assert parse_xml(message("<A><![CDATA[x]]]]><![CDATA[>y]]></A>")) == {"A": "x]]>y"}


def test_blanks_around_cdata_are_layout_and_blanks_without_cdata_are_text() -> None:
    assert parse_xml(message("<A>\n  <![CDATA[ x ]]>\n</A><B>  </B>")) == {"A": " x ", "B": "  "}


def test_windows_line_ends_become_line_feeds() -> None:
    assert parse_xml(message("<A><![CDATA[one\r\ntwo\rthree]]></A>")) == {"A": "one\ntwo\nthree"}


def test_nested_elements_become_dicts_and_repeated_ones_lists() -> None:
    one = parse_xml(message("<E> <List> <T>a</T> </List> </E>"))
    assert one == {"E": {"List": {"T": "a"}}}
    two = parse_xml(message("<E><List><T>a</T></List><List><T>b</T></List><List/></E>"))
    assert two == {"E": {"List": [{"T": "a"}, {"T": "b"}, ""]}}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "does not start with"),
        (b"hello", "does not start with"),
        (b"{}", "does not start with"),
        (b"<root><A>1</A></root>", "does not start with"),
        (b"\xef\xbb\xbf<xml><A>1</A></xml>", "does not start with"),
        (b'<?xml version="1.0"?><xml><A>1</A></xml>', "does not start with"),
        (b"<!DOCTYPE xml><xml><A>1</A></xml>", "does not start with"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><xml><A>&a;</A></xml>', "does not start with"),
        (b"<xml><A>&a;</A></xml>", "reference"),
        (b"<xml><A>&amp</A></xml>", "reference"),
        (b"<xml><A>&#0;</A></xml>", "reference"),
        (b"<xml><A>&#x8;</A></xml>", "reference"),
        (b"<xml><A>&#xD800;</A></xml>", "reference"),
        (b"<xml><A>&#x110000;</A></xml>", "reference"),
        (b"<xml><!-- c --><A>1</A></xml>", "markup"),
        (b"<xml><?php x ?><A>1</A></xml>", "markup"),
        (b'<xml><A b="c">1</A></xml>', "markup"),
        (b'<xml xmlns="u"><A>1</A></xml>', "does not start with"),
        (b"<xml><n:A>1</n:A></xml>", "markup"),
        ("<xml><名>1</名></xml>".encode(), "markup"),
        (b"<xml><A>1</A><A>2</A></xml>", "twice"),
        (b"<xml><A>1</A><B>]</B><A>2</A></xml>", "twice"),
        (b"<xml><A>1</A><A><B>2</B></A></xml>", "twice"),
        (b"<xml><item>1</item><item>2</item></xml>", "twice"),
        (b"<xml><A>1</B></xml>", "end tag"),
        (b"<xml><A>1</A></xml><xml></xml>", "follows"),
        (b"<xml><A>1</A></xml>x", "follows"),
        (b"<xml>text</xml>", "holds text"),
        (b"<xml>text<A>1</A></xml>", "both text and elements"),
        (b"<xml><A>1</A>text</xml>", "both text and elements"),
        (b"<xml><E><A>1</A><![CDATA[]]></E></xml>", "both text and elements"),
        (b"<xml><A>x]]>y</A></xml>", "]]>"),
        (b"<xml><A><![CDATA[x</A></xml>", "CDATA"),
        (b"<xml><A>1</A>", "markup"),
        (b"<xml><A>a\x00b</A></xml>", "control"),
        (b"<xml><A><![CDATA[\x1b[31m]]></A></xml>", "control"),
        (b"<xml><A>\xef\xbf\xbe</A></xml>", "control"),
        (b"<xml><A>\xff\xfe</A></xml>", "UTF-8"),
        (b"<xml><A>\xed\xa0\x80</A></xml>", "UTF-8"),
        ("<xml><A>占道</A></xml>".encode("gbk"), "UTF-8"),
        ("<xml><A>1</A></xml>".encode("utf-16"), "control"),
        (b"<xml>" + b"<A>" * (MAX_DEPTH + 1) + b"</A>" * (MAX_DEPTH + 1) + b"</xml>", "nested"),
        (b"<xml>" + b"".join(b"<A%d/>" % n for n in range(MAX_ELEMENTS + 1)) + b"</xml>", "too many"),
        (
            b"<xml>" + b"".join(b"<A%d></A%d>" % (n, n) for n in range(MAX_ELEMENTS + 1)) + b"</xml>",
            "too many",
        ),
        (b"<xml><A>" + b"x" * MAX_BODY_BYTES + b"</A></xml>", "64 kB"),
    ],
)
def test_anything_else_is_refused_in_one_clear_sentence(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        parse_xml(body)


def test_the_deepest_and_the_longest_allowed_bodies_are_read() -> None:
    deep = b"<xml>" + b"<A>" * MAX_DEPTH + b"1" + b"</A>" * MAX_DEPTH + b"</xml>"
    assert parse_xml(deep)["A"] == {"A": {"A": {"A": {"A": "1"}}}}
    many = b"<xml>" + b"".join(b"<A%d></A%d>" % (n, n) for n in range(MAX_ELEMENTS)) + b"</xml>"
    assert len(parse_xml(many)) == MAX_ELEMENTS


def test_a_refusal_quotes_nothing_of_the_body() -> None:
    with pytest.raises(ParseError) as caught:
        parse_xml(message("<Phone>13800138000</Phone><Phone>13800138000</Phone>"))
    assert "13800138000" not in str(caught.value)


_FILL = MAX_BODY_BYTES - 200


@pytest.mark.parametrize(
    "body",
    [
        b"<" * _FILL,
        b"<xml>" + b" " * _FILL,
        b"<xml>" + b"\n" * _FILL + b"<",
        b"<xml><A>" + b" " * _FILL + b"<B>",
        b"<xml><A>" + b"]]" * (_FILL // 2),
        b"<xml><A><![CDATA[" + b"]" * _FILL,
        b"<xml><A>" + b"<![CDATA[]]>" * (_FILL // 12) + b"</A></xml>",
        b"<xml><A>" + b"<![CDATA[" * (_FILL // 9),
        b"<xml><A>" + b"x<![CDATA[]]>" * (_FILL // 13) + b"<B/></A></xml>",
        b"<xml>" + b"<A></A>" * (_FILL // 7) + b"</xml>",
        b"<xml>" + b"<A>" * (_FILL // 3),
        b"<xml><A>" + b"&amp;" * (_FILL // 5) + b"</A></xml>",
        b"<xml><A>" + b"&" * _FILL + b"</A></xml>",
        b"<xml><A>&#" + b"1" * _FILL + b";</A></xml>",
        b"<xml><" + b"A" * _FILL + b">",
        b"<xml><A" + b" " * _FILL + b"b",
        b"<xml><A>1</A" + b" " * _FILL,
        b"<xml><E>" + b"<item><a/></item>" * 60 + b" " * (_FILL - 2000),
    ],
)
def test_no_body_takes_longer_than_a_moment(body: bytes) -> None:
    def parse() -> None:
        with suppress(ParseError):
            parse_xml(body)

    assert least_cpu_s(parse) < 0.05
