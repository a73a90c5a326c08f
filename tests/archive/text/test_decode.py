"""`archive.text.decode`: text from bytes whose encoding nobody, or somebody wrong, has told."""

import pytest

from archive.text.decode import decode_text

FRENCH = "« L’été dernier, à Nîmes, où l’on fête Noël, le garçon déjà payait 5 €. »"
RUSSIAN = "Правительство представило в среду законопроект об энергетике."
CHINESE = "政府周三向议会提交了能源法案。今天天气很好，我们去公园散步。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman"])
def test_french_in_every_encoding_it_was_ever_typed_in(encoding: str) -> None:
    assert decode_text(FRENCH.encode(encoding)) == FRENCH


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "koi8-r"),
        (CHINESE, "gb18030"),
        ("政府は水曜日に議会にエネルギー法案を提出した。", "shift_jis"),
        ("Håndbold: Så er der nyt på bordet, sagde både Søren og Åse.", "latin-1"),
        ("Größe, Fuß, Äpfel und Öl über alles", "latin-1"),
    ],
)
def test_other_scripts_are_not_taken_for_western_ones(text: str, encoding: str) -> None:
    assert decode_text(text.encode(encoding)) == text


def test_one_accent_in_a_long_text() -> None:
    text = "A long text in English. " * 10_000 + "The café."
    assert decode_text(text.encode("cp1252")) == text


def test_a_lost_byte_does_not_make_utf_8_something_else() -> None:
    text = f"{FRENCH} À Paris, près de là, très tôt, l’élève était très étonné. été"
    assert decode_text(text.encode()[:-1]) == text[:-1] + "\ufffd"


@pytest.mark.parametrize(
    "declared", ["utf-16", "utf-32", "utf-7", "unicode_escape", "punycode", "a\x00b", "x" * 1_000]
)
def test_what_the_declaration_cannot_mean_is_passed_over(declared: str) -> None:
    assert decode_text(FRENCH.encode("cp1252"), declared) == FRENCH


def test_what_pages_mean_by_their_declaration() -> None:
    assert decode_text("\\u0041 é".encode("latin-1"), "raw_unicode_escape") == "\\u0041 é"
    assert decode_text("朱镕基".encode("gb18030"), "gb2312") == "朱镕基"
    assert decode_text("①髙".encode("cp932"), "shift_jis") == "①髙"
