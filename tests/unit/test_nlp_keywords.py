from __future__ import annotations

from nlp.keywords import KeywordRules, spotted

RULES = KeywordRules(
    [
        ("vending", ["摆摊", "摊贩", "占道"]),
        ("noise", ["噪音", "太吵", "KTV"]),
        ("site_noise", ["夜间施工", "施工", "太吵"]),
        ("other", []),
    ]
)


def test_the_suggestion_says_which_words_led_to_it() -> None:
    match = RULES.suggest("路口有人摆摊占道")
    assert match is not None
    assert match.code == "vending"
    assert match.words == ("摆摊", "占道")
    assert match.confidence == 1.0


def test_a_word_several_codes_claim_counts_for_less() -> None:
    ranked = RULES.ranked("施工太吵")
    assert [match.code for match in ranked] == ["site_noise", "noise"]
    assert ranked[0].confidence > ranked[1].confidence


def test_a_word_inside_a_longer_matched_word_does_not_count_again() -> None:
    match = RULES.suggest("夜间施工")
    assert match is not None
    assert match.words == ("夜间施工",)


def test_width_case_and_traditional_characters_do_not_matter() -> None:
    match = RULES.suggest("ｋｔｖ 噪音，攤販")
    assert match is not None
    assert match.code == "noise"


def test_nothing_is_suggested_without_a_keyword() -> None:
    assert RULES.suggest("今天天气真好") is None
    assert RULES.suggest("😀") is None


def test_spotted_words_come_in_the_order_of_the_list() -> None:
    assert spotted("楼下漏气，好像要爆炸", ["着火", "爆炸", "漏气"]) == ("爆炸", "漏气")
