"""Reads the XML the platform sends, and nothing else.

The platform writes a small dialect: one ``<xml>`` root, elements without attributes, text plain or in
CDATA. This reader accepts exactly that dialect, so whatever it accepts means the same to every XML parser,
and each thing that makes general parsers dangerous (DOCTYPE, entities of one's own, attributes, processing
instructions, comments) is refused because there is no rule for it. Every pattern is possessive or atomic:
no input is scanned more than twice.
"""

import re
from typing import Final, TypeAlias

Field: TypeAlias = "str | dict[str, Field] | list[Field]"
Fields: TypeAlias = dict[str, Field]

MAX_BODY_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 5  # counted without the root; the deepest documented event uses 4
MAX_ELEMENTS: Final = 200

_NAME = r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}+"
# The usual message as one scan: leaves, then whatever is left. Its text is stripped before, so that some
# alternative matches wherever a match is tried.
_FLAT = re.compile(
    rf"[ \t\n]*+(?:<({_NAME})>(?:<!\[CDATA\[([^\]]*+)\]\]>|([^<&\]]*+))</\1>|(.++))", re.DOTALL
)
_OPEN = re.compile(rf"<({_NAME})[ \t\n]*+(/?)>")
_CLOSE = re.compile(rf"</({_NAME})[ \t\n]*+>")
_SPACE = re.compile(r"[ \t\n]*+")
_BLANKS = " \t\n"
_TEXT = re.compile(r"[^<]++")
_CDATA = re.compile(r"<!\[CDATA\[((?>.*?\]\]>))", re.DOTALL)
_REFERENCE = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7}+)|#x([0-9A-Fa-f]{1,6}+));|&")
_CONTROLS = bytes(code for code in range(0x20) if code not in b"\t\n\r")
_NONCHARACTERS = ("\ufffe".encode(), "\uffff".encode())
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


class ParseError(ValueError):
    """The body is not a message of the platform; the text says why and quotes none of it."""


def parse_xml(body: bytes) -> Fields:
    """The elements under ``<xml>``: text, nested elements, or a list of what a nested element repeats.

    A doubled text directly under ``<xml>`` is refused. Elements with elements in them (`detail`, `Actions`)
    and whatever lies below (`List`, `item`) are repeated by the platform itself; there a repetition becomes
    a list, and whoever expects text there refuses it, so that no body is read as its first element in one
    place and as its last in another. Text is kept as sent, except for blanks around CDATA; an empty element
    is the empty string.
    """
    if len(body) > MAX_BODY_BYTES:
        raise ParseError("the body is larger than 64 kB")
    if holds_forbidden(body):
        raise ParseError("the body holds a control character")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise ParseError("the body is not UTF-8") from None
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.strip(_BLANKS)
    return _flat(text) or _Reader(text).document()


def holds_forbidden(body: bytes) -> bool:
    """Whether the bytes hold a character that XML 1.0 does not allow."""
    if len(body.translate(None, _CONTROLS)) != len(body):
        return True
    return _NONCHARACTERS[0] in body or _NONCHARACTERS[1] in body


def _flat(text: str) -> Fields | None:
    """The elements of a message without nesting, entities or other rarities; None for any other body."""
    if not text.startswith("<xml>"):
        return None
    leaves = _FLAT.findall(text, 5)
    if not leaves or leaves.pop()[3] != "</xml>":
        return None
    fields: Fields = {name: cdata or plain for name, cdata, plain, _ in leaves}
    return fields if len(fields) == len(leaves) <= MAX_ELEMENTS else None


class _Reader:
    __slots__ = ("count", "pos", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self.count = 0

    def document(self) -> Fields:
        self._skip_blanks()
        opened = _OPEN.match(self.text, self.pos)
        if opened is None or opened[1] != "xml":
            raise ParseError("the body does not start with an <xml> element")
        self.pos = opened.end()
        content: Field = "" if opened[2] else self._content("xml", 0)
        self._skip_blanks()
        if self.pos != len(self.text):
            raise ParseError("something follows the <xml> element")
        if isinstance(content, dict):
            return content
        if isinstance(content, str) and not content.strip(_BLANKS):
            return {}
        raise ParseError("the <xml> element holds text")

    def _content(self, name: str, depth: int) -> Field:
        """Reads on to the end tag of `name`, whose start tag has just been read."""
        children: Fields = {}
        text = self.text
        pieces: list[str] = []
        blank = ""
        while not text.startswith("</", self.pos):
            if text.startswith("<![CDATA[", self.pos):
                pieces.append(self._cdata())
            elif opened := _OPEN.match(text, self.pos):
                self.pos = opened.end()
                inner = "" if opened[2] else self._content_below(opened[1], depth)
                self._add(children, opened[1], inner, depth)
            elif run := _TEXT.match(text, self.pos):
                self.pos = run.end()
                piece = _resolve(run[0])
                if piece.strip(_BLANKS):
                    pieces.append(piece)
                else:
                    blank = piece
            else:
                raise ParseError("the body holds markup that messages do not use")
            if children and pieces:
                raise ParseError("an element holds both text and elements")
        self._end_tag(name)
        # Blanks around CDATA are layout; without CDATA they are the text.
        return children or ("".join(pieces) if pieces else blank)

    def _content_below(self, name: str, depth: int) -> Field:
        if depth >= MAX_DEPTH:
            raise ParseError("elements are nested too deeply")
        return self._content(name, depth + 1)

    def _end_tag(self, name: str) -> None:
        closed = _CLOSE.match(self.text, self.pos)
        if closed is None or closed[1] != name:
            raise ParseError("an element is not closed by its own end tag")
        self.pos = closed.end()

    def _cdata(self) -> str:
        section = _CDATA.match(self.text, self.pos)
        if section is None:
            raise ParseError("a CDATA section is not closed")
        self.pos = section.end()
        return section[1][:-3]

    def _add(self, children: Fields, name: str, value: Field, depth: int) -> None:
        self.count += 1
        self._check_limits(depth)
        if name in children:
            self._repeat(children, name, value, depth)
        else:
            children[name] = value

    def _check_limits(self, depth: int) -> None:
        if self.count > MAX_ELEMENTS:
            raise ParseError("the body holds too many elements")
        if depth >= MAX_DEPTH:
            raise ParseError("elements are nested too deeply")

    def _repeat(self, children: Fields, name: str, value: Field, depth: int) -> None:
        known = children[name]
        if depth == 0 and (isinstance(value, str) or isinstance(known, str)):
            raise ParseError("an element occurs twice")
        if isinstance(known, list):
            known.append(value)
        else:
            children[name] = [known, value]

    def _skip_blanks(self) -> None:
        space = _SPACE.match(self.text, self.pos)
        if space is not None:
            self.pos = space.end()


def _resolve(text: str) -> str:
    """Plain text with its references replaced."""
    if "]" in text and "]]>" in text:
        raise ParseError("text holds ]]>")
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(reference: re.Match[str]) -> str:
    named, decimal, hexadecimal = reference.groups()
    if named:
        return _NAMED[named]
    if decimal or hexadecimal:
        code = int(decimal) if decimal else int(hexadecimal, 16)
        if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF:
            character = chr(code)
            if not holds_forbidden(character.encode()):
                return character
    raise ParseError("the body holds a reference that messages do not use")
