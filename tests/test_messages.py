"""Both languages say the same: equal keys, equal places, no text left in the other language."""

import re
import string

import pytest

from zoneplan.messages import LANGS, words


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_keys():
    english, chinese = (set(words(lang).texts) for lang in LANGS)
    assert english - chinese == set()
    assert chinese - english == set()
    assert english


def test_both_languages_fill_the_same_places():
    english, chinese = (words(lang) for lang in LANGS)
    differing = [k for k in english.texts if places(english.raw(k)) != places(chinese.raw(k))]
    assert not differing


def test_no_text_is_empty_or_unnamed():
    for lang in LANGS:
        # Between sentences Chinese has no space.
        said = {k: text for k, text in words(lang).texts.items() if k != "common.space"}
        empty = [
            k for k, text in said.items() if not text.strip() or any(not p for p in places(text))
        ]
        assert not empty, f"{lang}: {empty}"


def test_chinese_texts_hold_chinese_and_english_ones_do_not():
    # Places, ids and signs are of no language.
    bare = {k: re.sub(r"\{[^}]*\}", "", text) for k, text in words("zh").texts.items()}
    latin = [
        k for k, text in bare.items() if re.search(r"[A-Za-z]{3,} [A-Za-z]{3,} [A-Za-z]{3,}", text)
    ]
    assert not latin, "English left in the Chinese file"
    han = [k for k, text in words("en").texts.items() if re.search(r"[\u4e00-\u9fff]", text)]
    assert not han, "Chinese left in the English file"


def test_chinese_punctuation_is_full_width():
    wrong = [
        k
        for k, text in words("zh").texts.items()
        if re.search(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]", text)
    ]
    assert not wrong


def test_an_unknown_key_place_or_language_is_refused():
    with pytest.raises(KeyError, match="add it to both languages"):
        words("en")("common.nothing")
    with pytest.raises(KeyError, match="rest"):
        words("en")("common.colon", head="a")
    with pytest.raises(ValueError, match="choose one of en, zh"):
        words("fr")


def test_a_group_is_every_text_below_a_key():
    assert words("en").group("common.unit")["percent"] == "percent"
