"""What an account had before is read whatever it holds, and what is taken over can be written back."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from app.wechat_menu import document
from bot.auto_replies import AutoReplies, AutoRepliesSection
from bot.auto_replies import imported as imported_replies
from bot.inbound_words import MENU_WORDS
from bot.menu import MenuSection, entries, imported, platform_menu
from kit.profile import ProfileError, build_profile

NAMES = ("button", "sub_button", "list", "type", "name", "key", "url", "value", "selfmenu_info", "menu")
REPLY_NAMES = (
    "add_friend_autoreply_info", "message_default_autoreply_info", "keyword_autoreply_info", "list", "type",
    "is_autoreply_open", "is_add_friend_reply_open", "reply_list_info", "keyword_list_info", "content",
    "match_mode", "news_info", "content_url", "rule_name",
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(("text", "click"))


def documents(names: tuple[str, ...]) -> st.SearchStrategy[Any]:
    inner = st.recursive(
        LEAVES,
        lambda child: (
            st.lists(child, max_size=4) | st.dictionaries(st.sampled_from(names), child, max_size=5)
        ),
        max_leaves=25,
    )
    return st.dictionaries(st.sampled_from(names), inner, max_size=6)


@given(documents(NAMES))
def test_every_button_of_any_menu_is_taken_over_or_named(found: dict[str, Any]) -> None:
    taken = imported(found)
    kept = sum(len(button.get("buttons", ())) or 1 for button in taken.section["buttons"])
    assert kept + len(taken.left_out) == len(entries(found))


@given(st.lists(st.text(max_size=40), max_size=3), documents(NAMES))
@example(["规则\nwechat:\n  account_kind: x", "a\rb", "c\x85d", "e\u2028f", "g\x1b[2Jh\x00"], {})
def test_the_file_an_import_writes_holds_its_one_section_whatever_the_names_were(
    names: list[str], found: dict[str, Any]
) -> None:
    taken = imported(found)
    named = [*names, *(f"{entry.path} {entry.does} {entry.kind}" for entry in taken.left_out)]
    written = document("menu", taken.section, named)
    assert yaml.safe_load(written) == {"menu": taken.section}
    assert written.splitlines()[len(named)] == "menu:" or not taken.section


@given(documents(REPLY_NAMES))
def test_automatic_replies_taken_over_fit_the_profile_whatever_they_were(found: dict[str, Any]) -> None:
    taken = imported_replies(found)
    document = {"auto_replies": taken.section}
    section = build_profile(document, {"auto_replies": AutoRepliesSection}).section(AutoRepliesSection)
    replies = AutoReplies(section)
    for rule in section.keywords:
        for word in (*rule.exact, *rule.contains):
            assert replies.find(word)


TITLES = st.text(st.sampled_from("城管投诉服务"), min_size=1, max_size=5)
LEAF = st.fixed_dictionaries(
    {"name": TITLES, "type": st.just("click"), "key": st.sampled_from(sorted(MENU_WORDS))}
) | st.fixed_dictionaries({"name": TITLES, "type": st.just("view"), "url": st.just("https://a.invalid/x")})
BUTTON = LEAF | st.fixed_dictionaries(
    {
        "name": TITLES,
        "sub_button": st.lists(LEAF, min_size=1, max_size=5, unique_by=lambda leaf: leaf["name"]),
    }
)


@given(st.lists(BUTTON, min_size=1, max_size=3))
def test_a_menu_we_could_have_pushed_comes_back_the_same(buttons: list[dict[str, Any]]) -> None:
    menu = {"button": buttons}
    taken = imported({"is_menu_open": 1, "selfmenu_info": menu})
    try:
        section = build_profile({"menu": taken.section}, {"menu": MenuSection}).section(MenuSection)
    except ProfileError as refused:
        raise AssertionError(refused.faults) from refused
    assert taken.left_out == ()
    assert entries(platform_menu(section, "")) == entries(menu)
