"""`language`: a declared code is kept, a missing one guessed, a wrong one corrected."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.model import ArticleDraft
from archive.text.language import (
    MIN_LETTERS,
    PRESS_LANGUAGES,
    UNDETERMINED,
    decide_language,
    detect_language,
    language_code,
)
from archive.text.normalize import normalize_draft
from archive.wordings import LANGUAGE_CORRECTED

FRENCH = (
    "Le conseil municipal a voté mardi soir la rénovation du pont qui relie les deux rives de la "
    "ville. Les travaux commenceront au printemps et dureront deux ans, selon la maire, qui "
    "promet une passerelle pour les cyclistes. L'opposition juge la dépense trop lourde."
)
ENGLISH = (
    "The city council voted on Tuesday evening to restore the bridge that joins both banks of "
    "the river. Work will begin in spring and last two years, said the mayor, who promises a "
    "footbridge for cyclists. The opposition thinks that the cost is far too high."
)
TEXTS = {
    "fr": FRENCH,
    "en": ENGLISH,
    "de": "Der Stadtrat hat am Dienstagabend die Sanierung der Brücke beschlossen, die beide "
    "Ufer verbindet. Die Arbeiten beginnen im Frühjahr und dauern zwei Jahre, heißt es.",
    "no": "Kommunestyret vedtok tirsdag kveld å pusse opp broen som knytter sammen begge breddene "
    "av elven. Arbeidet begynner til våren og varer i to år, sier ordføreren, som er glad.",
    "hr": "Gradsko vijeće izglasalo je u utorak navečer obnovu mosta koji povezuje obje obale "
    "rijeke. Radovi počinju u proljeće i trajat će dvije godine, kaže gradonačelnica.",
    "id": "Dewan kota pada Selasa malam memutuskan untuk memperbaiki jembatan yang menghubungkan "
    "kedua tepi sungai. Pekerjaan dimulai pada musim semi dan berlangsung dua tahun.",
    "gl": "O concello votou o martes pola noite a restauración da ponte que une as dúas beiras "
    "do río. As obras comezarán na primavera e durarán dous anos, segundo a alcaldesa.",
    "ru": "Городской совет во вторник вечером проголосовал за ремонт моста, который соединяет "
    "оба берега реки. Работы начнутся весной и продлятся два года, сообщила мэр города.",
    "ja": "市議会は火曜日の夜、川の両岸を結ぶ橋の改修を可決した。工事は春に始まり、二年かかる。"
    "市長は自転車の利用者のために歩道橋を約束した。野党は費用が高すぎると考えている。",
}


@pytest.mark.parametrize(
    ("tag", "code"),
    [("fr-FR", "fr"), ("fra", "fr"), ("pt_BR", "pt"), (" EN ", "en"), ("iw", "he"),
     ("zh-Hans", "zh"), ("nb", "no"), ("nn-NO", "nn"), ("", None), (None, None),
     ("und", None), ("English", None), ("klingon!", None), ("\ud800", None)],
)  # fmt: skip
def test_codes(tag: str | None, code: str | None) -> None:
    assert language_code(tag) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Le gouvernement a annoncé mardi une réforme des retraites.", "fr"),
        ("The government announced a pension reform on Tuesday.", "en"),
        ("Die Regierung hat am Dienstag eine Rentenreform angekündigt.", "de"),
        ("Правительство объявило во вторник о пенсионной реформе.", "ru"),
        ("政府は火曜日に年金改革を発表した。", "ja"),
        ("Grève des trains", "fr"),
        ("12 345 — 67 %", UNDETERMINED),
        ("", UNDETERMINED),
    ],
)
def test_guesses(text: str, code: str) -> None:
    assert detect_language(text) == code


@pytest.mark.parametrize("code", TEXTS)
def test_a_paragraph_is_told(code: str) -> None:
    assert detect_language(TEXTS[code]) == code


@pytest.mark.parametrize(
    ("quoted", "told"), [("en", "fr"), ("ru", "fr"), ("fr", "en"), ("ja", "de")]
)
def test_an_article_that_begins_with_a_quotation_is_in_its_own_language(
    quoted: str, told: str
) -> None:
    article = f"« {TEXTS[quoted]} »\n\n" + "\n\n".join([TEXTS[told]] * 4)
    assert detect_language(article) == told
    assert decide_language(told, article) == (told, None)


@pytest.mark.parametrize("given_code", ["en", "de", "ru", "ja"])
def test_a_tag_that_is_plainly_wrong_is_not_believed(given_code: str) -> None:
    remark = LANGUAGE_CORRECTED(given=given_code, found="fr")
    assert decide_language(given_code, FRENCH) == ("fr", remark)


@pytest.mark.parametrize(
    ("tag", "code"),
    [("da", "no"), ("nb-NO", "no"), ("nn", "no"), ("sv", "no"), ("sr", "hr"), ("bs-Latn", "hr"),
     ("ms", "id"), ("es", "gl"), ("pt-BR", "gl"), ("uk", "ru"), ("be", "ru")],
)  # fmt: skip
def test_a_tag_of_a_language_close_by_stands(tag: str, code: str) -> None:
    assert decide_language(tag, TEXTS[code] * 2) == (language_code(tag), None)


@pytest.mark.parametrize("tag", ["lb", "br", "oc", "rm", "kl"])
def test_a_language_the_detector_does_not_know_stands(tag: str) -> None:
    assert decide_language(tag, FRENCH) == (tag, None)


def test_a_text_too_short_to_contradict_does_not() -> None:
    assert decide_language("en", FRENCH[:MIN_LETTERS]) == ("en", None)


def test_a_text_half_in_the_language_given_does_not_contradict_it() -> None:
    assert decide_language("en", f"{FRENCH}\n\n{ENGLISH}") == ("en", None)
    assert decide_language("en", f"{FRENCH * 4}\n\n{ENGLISH}") == ("en", None)


def test_no_tag_leaves_it_to_the_text() -> None:
    assert decide_language("klingon!", FRENCH) == decide_language(None, FRENCH) == ("fr", None)


def test_a_draft_is_kept_in_the_language_it_is_written_in() -> None:
    kept = normalize_draft(
        ArticleDraft("Le pont", (FRENCH,), language="en-US", published="03/12/2021")
    )
    assert (kept.language, kept.published) == ("fr", "2021-12-03")
    assert tuple(map(str, kept.remarks)) == ("given as en, but written in fr",)


@given(st.text(max_size=100))
def test_any_text_has_one_of_the_press_languages_or_none(text: str) -> None:
    assert detect_language(text) in (*PRESS_LANGUAGES, UNDETERMINED)


@given(st.text(max_size=900), st.sampled_from(["fr", "en", None, "lb"]))
def test_whatever_the_text_a_language_is_decided(text: str, tag: str | None) -> None:
    code, remark = decide_language(tag, text)
    assert code in (*PRESS_LANGUAGES, UNDETERMINED, tag)
    assert (remark is None) == (tag in (None, code))
