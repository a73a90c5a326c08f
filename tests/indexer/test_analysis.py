import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import analysis
from indexer.analysis import (
    MAX_PARTS,
    MAX_TERM_CHARACTERS,
    analyze_token,
    analyze_tokens,
    compound_runs,
    compounds,
    each_piece,
    fold,
    holds_run,
    inner_words,
    piece_terms,
    tokenize,
)
from indexer.stop_words import is_stop_word, is_written_as_stop_word, stop_words
from tests.support.work import at_most


def folded(text: str) -> list[str]:
    return [token.folded for token in tokenize(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Portée PORTÉE porte\u0301e", ["portee"] * 3),
        ("L’accord d'urgence jusqu’à qu'il", ["accord", "urgence", "a", "il"]),
        ("aujourd'hui", ["aujourd", "hui"]),
        ("S.N.C.F. et SNCF, U.S. Army", ["sncf", "et", "sncf", "us", "army"]),
        ("1 200 1\u00a0200 1\u202f200 1.200 1,200", ["1200"] * 5),
        ("3,5 % 3.5", ["3.5", "3.5"]),
        ("en 2012 300 morts", ["en", "2012", "300", "morts"]),
        ("œuvre Straße Łódź", ["oeuvre", "strasse", "lodz"]),
        ("Чёрный чёрный край", ["черный", "черный", "край"]),
        ("東京都で", ["東京", "京都", "都で"]),
        ("صَوَارِيخ", ["صواريخ"]),
        ("COVID-19", ["covid", "19"]),
        ("🚀 — !", []),
    ],
)
def test_one_reading_for_every_writing(text: str, expected: list[str]) -> None:
    assert folded(text) == expected


def test_terms_of_inflected_forms_are_equal() -> None:
    assert analyze_tokens(["missile", "missiles"], "fr") == ["missil", "missil"]
    assert analyze_tokens(["negotiation", "negotiations"], "en") == ["negoti", "negoti"]


def test_stop_words_are_those_of_the_language() -> None:
    assert "les" in stop_words("fr")
    assert "les" not in stop_words("en")
    assert analyze_tokens(["les", "missiles"], "fr") == ["le", "missil"]
    assert analyze_tokens(["mot"], "xx") == ["mot"]


def test_an_exploding_sign_stays_bounded() -> None:
    with at_most(10):
        (token,) = tokenize("\ufdfa" * 1_000)
        assert len(token.folded) <= MAX_TERM_CHARACTERS


@given(st.text())
def test_tokens_stand_where_they_say(text: str) -> None:
    end = 0
    for token in tokenize(text):
        assert token.start < token.end
        assert token.start >= end - 1
        assert len(token.folded) <= MAX_TERM_CHARACTERS
        end = token.end


@given(st.text(alphabet=st.characters(max_codepoint=0x24F)))
def test_composed_and_decomposed_text_have_the_same_tokens(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert folded(composed) == folded(unicodedata.normalize("NFD", composed))


@given(st.text(max_size=50))
def test_folding_twice_changes_nothing(word: str) -> None:
    assert fold(fold(word)) == fold(word)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("É.D.F. G.É.", ["edf", "ge"]),
        ("inter\u00adnational", ["international"]),
        ("за\u0301мок мой ёлка", ["замок", "мой", "елка"]),
        ("ـ \u0301", []),
        ("𝐌issile ℌaut ＦＵＬＬ", ["missile", "haut", "full"]),
        ("İstanbul ISTANBUL ıstanbul", ["istanbul"] * 3),
        ("O'Brien l'état's", ["o", "brien", "etat", "s"]),
        ("qu’elle presqu'île", ["elle", "presqu", "ile"]),
        ("ไทย 한국어", ["ไท", "ทย", "한국", "국어"]),
        ("12 345,67 2012.300", ["12345.67", "2012.300"]),
    ],
)
def test_rarer_writings(text: str, expected: list[str]) -> None:
    assert folded(text) == expected
    latin = all(character < "\u0250" for character in text)
    assert not latin or folded(unicodedata.normalize("NFD", text)) == expected


def test_a_word_of_megabytes_is_not_kept_in_memory() -> None:
    analysis._fold_known.cache_clear()
    assert len(fold("x" * 1_000_000)) == MAX_TERM_CHARACTERS
    assert analysis._fold_known.cache_info().currsize == 0


@given(st.text(alphabet="a.b 1,'’-é2\u0301東ｦا"), st.sampled_from(["fr", "en", "ar", "ja", "xx"]))
def test_every_token_is_a_term(text: str, language: str) -> None:
    tokens = folded(text)
    assert all(tokens)
    assert analyze_tokens(tokens, language) == [analyze_token(t, language) for t in tokens]


def test_threads_stem_as_one_does() -> None:
    words = [
        f"{root}{end}"
        for root in ("négoci", "march", "fin", "port")
        for end in ("ation", "ations", "er", "erait", "antes", "ement", "ée", "issons", "able")
    ]
    languages = ("fr", "en", "es", "it", "de")
    expected = [analyze_tokens(words, language) for language in languages]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(5):
            analysis.analyze_token.cache_clear()
            with ThreadPoolExecutor(8) as threads:
                found = list(threads.map(lambda lang: analyze_tokens(words, lang), languages * 8))
            assert found == expected * 8
    finally:
        sys.setswitchinterval(before)


@pytest.mark.parametrize(
    ("text", "tokens", "joined"),
    [
        ("COVID-19", ["covid", "19"], ["covid19"]),
        ("covid19", ["covid", "19"], ["covid19"]),
        ("covid 19", ["covid", "19"], []),
        ("porte-parole", ["porte", "parole"], ["porteparole"]),
        ("vingt‑et‐un", ["vingt", "et", "un"], ["vingtetun"]),
        ("19h30 A320neo", ["19", "h", "30", "a", "320", "neo"], ["19h30", "a320neo"]),
        ("l'après-midi", ["apres", "midi"], ["apresmidi"]),
        ("0,125 x1 200", ["0.125", "x", "1", "200"], ["x1"]),
        ("東京都", ["東京", "京都"], []),
        ("a -b c- d", ["a", "b", "c", "d"], []),
        ("Que veut-il ?", ["que", "veut", "il"], []),
        ("week‑end", ["week", "end"], ["weekend"]),
    ],
)
def test_what_is_written_in_one_piece(text: str, tokens: list[str], joined: list[str]) -> None:
    assert folded(text) == tokens
    assert [token.folded for token in compounds(text, tokenize(text))] == joined


def test_a_chain_of_hyphens_is_cut() -> None:
    text = "-".join(f"mot{n}" for n in range(9))
    assert max(len(run) for run in compound_runs(text, tokenize(text))) == MAX_PARTS


@pytest.mark.parametrize(
    "words",
    ["الحكومة حكومة حكومه الحكومه", "القاهرة القاهره", "مستشفى مستشفي المستشفى",
     "إنتخابات انتخابات",
     "صَوَارِيخ الصواريخ صواريــخ"],
)  # fmt: skip
def test_writings_of_an_arabic_word_are_one_term(words: str) -> None:
    assert len({analyze_token(word, "ar") for word in folded(words)}) == 1


def test_figures_of_every_script_are_figures() -> None:
    assert folded("٢٠٢١ ۲۰۲۱ २०२१") == ["2021"] * 3


def test_a_name_holds_a_run_of_words() -> None:
    assert holds_run("Agence Rive-Gauche", ("rive", "gauche"))
    assert not holds_run("Agence Rive-Gauche", ("agence", "gauche"))


def terms_of_whole(text: str, language: str) -> list[tuple[str, int, int]]:
    tokens = tokenize(text)
    single = [*tokens, *compounds(text, tokens), *inner_words(text, tokens)]
    return sorted(
        (analyze_token(token.folded, language), token.start, token.end) for token in single
    )


def terms_of_pieces(text: str, language: str) -> list[tuple[str, int, int]]:
    return sorted(
        (term, piece.start() + start, piece.start() + end)
        for piece in each_piece(text)
        for term, start, end in piece_terms(piece[0], language)
    )


@pytest.mark.parametrize(
    "text",
    [
        "Le COVID-19, (covid 19) et covid19; l’île d'Yeu : 1 200,50 km, 1\u00a0200 et 3,5 %.",
        "S.N.C.F., U.S. Army!Fin.Début 1,200,300 2012 300 réussit-il? porte-parole«week-end»",
        "東京都で、1 000円 " + "a" * 100 + " " + "9 999" * 40,
    ],
)
def test_the_terms_of_the_pieces_are_those_of_the_text(text: str) -> None:
    assert terms_of_pieces(text, "fr") == terms_of_whole(text, "fr")


@given(
    st.text(
        st.sampled_from("aL0é1 2,;3.4'’-\u2011\u00a0\u202f\t\n«»()[]:!?\"“…/_東で\u0301١ſ"),
        max_size=40,
    )
    | st.text(max_size=40)
)
def test_no_token_reaches_beyond_its_piece(text: str) -> None:
    assert terms_of_pieces(text, "fr") == terms_of_whole(text, "fr")


@pytest.mark.parametrize("folded_word", ["avions", "ete", "sommes", "aura"])
def test_no_noun_is_a_french_stop_word(folded_word: str) -> None:
    assert not is_stop_word(folded_word, "fr")


@pytest.mark.parametrize(
    ("written", "expected"),
    [("sur", True), ("sûr", False), ("Elle", True), ("mes", True), ("MES", False), ("IT", False),
     ("über", True), ("Uber", False), ("maïs", False), ("mais", True)],
)  # fmt: skip
def test_a_stop_word_is_written_like_one(written: str, expected: bool) -> None:
    assert is_written_as_stop_word(written) is expected


@pytest.mark.parametrize(
    "text",
    [
        "réforme",
        "ré\u200bforme",
        "ré\u00adforme",
        "ré\u2060forme",
        "\ufeffréforme",
        "re\u0301forme",
    ],
)
def test_invisible_signs_part_no_word(text: str) -> None:
    assert folded(text) == ["reforme"]


def test_a_non_joiner_parts_words_in_arabic_script_alone() -> None:
    assert folded("Auf\u200clage") == ["auflage"]
    text = "کتاب\u200cها"
    assert folded(text) == ["كتاب", "ها"]
    assert [token.folded for token in compounds(text, tokenize(text))] == ["كتابها"]


@pytest.mark.parametrize("text", ["大\u200b雪", "大\ufe00雪", "大\U000e0100雪", "大雪"])
def test_invisible_signs_part_no_run_of_signs(text: str) -> None:
    tokens = tokenize(text)
    assert [token.folded for token in tokens] == ["大雪"]
    assert [token.folded for token in inner_words(text, tokens)] == ["大", "雪"]
    assert tokens[0].end == len(text)


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("#BalanceTonPoste", ["balance", "ton", "poste"]),
        ("#ClimateStrike2021", ["climate", "strike"]),
        ("#SaveNHSNow", ["save", "nhs", "now"]),
        ("#COP26Glasgow", []),
        ("#grève", []),
        ("BalanceTonPoste", []),
    ],
)
def test_the_words_of_a_tag(tag: str, words: list[str]) -> None:
    assert [word.folded for word in inner_words(tag, tokenize(tag))] == words


@pytest.mark.parametrize("text", ["20.12.2021", "20/12/2021", "20-12-2021"])
def test_a_date_is_its_numbers_and_all_of_them(text: str) -> None:
    tokens = tokenize(text)
    assert [token.folded for token in tokens] == ["20", "12", "2021"]
    assert [token.folded for token in compounds(text, tokens)] == ["20122021"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12.2021", ["12", "2021"]), ("2021.12.20", ["2021", "12", "20"]), ("1.250.000", ["1250000"]),
     ("3.5", ["3.5"]), ("1.2.3", ["1.2.3"])],
)  # fmt: skip
def test_numbers_that_are_no_dates_stay_whole(text: str, expected: list[str]) -> None:
    assert folded(text) == expected


@pytest.mark.parametrize(
    "words",
    ["انتخابات الانتخابات والانتخابات بالانتخابات وبالانتخابات للانتخابات كالانتخابات فالانتخابات",
     "قانون القانون والقانون بالقانون للقانون وللقانون", "عقوبات والعقوبات",
     "قوات القوات والقوات قواتها", "مدرسة مدرستها ومدرسته"],
)  # fmt: skip
def test_an_arabic_noun_is_one_term_with_or_without_its_article(words: str) -> None:
    assert len({analyze_token(fold(word), "ar") for word in words.split()}) == 1
