"""What people type, read as words and conditions."""

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.model import ArticleFilter
from indexer.errors import QueryError
from indexer.query import Query, drop_text_conditions, parse_query, plain_query, resolve_tags
from indexer.query.parser import (
    MAX_ATTRIBUTIONS,
    MAX_CONDITIONS,
    MAX_MEANING_CHARACTERS,
    MAX_PHRASES,
    MAX_PREFIXES,
    MAX_SHORT_PREFIXES,
    MAX_STOP_PHRASES,
)
from indexer.query.records import (
    NO_ARTICLE,
    AllOf,
    AnyOf,
    AttributedTo,
    Form,
    HasPhrase,
    HasPrefix,
    HasWord,
    Not,
    Passes,
    Word,
    leaves,
)
from indexer.query.syntax import MAX_NOTICES, read_syntax, write_syntax
from indexer.query.words import MAX_WORDS
from indexer.wordings import (
    SEARCHED,
    TOO_MANY_ATTRIBUTIONS,
    TOO_MANY_PHRASES,
    TOO_MANY_PREFIXES,
    TOO_MANY_SHORT_PREFIXES,
    UNKNOWN_FIELD,
    UNPAIRED_QUOTE,
)
from tests.support.work import count_calls

SIGNS = st.lists(
    st.sampled_from([*'ab é1 ()"-*:~“«»\u00a0\u0301東', " AND ", " OU ", " NOT ", "title:"])
).map("".join)

# Of Python and C functions, some twenty for each character that is read.
MAX_CALLS = 2_000_000


def words(query: Query) -> tuple[str, ...]:
    return tuple(part for word in query.words for part in word.parts)


def test_words_phrases_and_exclusions() -> None:
    query = parse_query('missiles "moyenne portée" -drones -"mer noire" « Bon jour »')
    assert words(query) == ("missiles", "moyenne", "portee", "bon", "jour")
    assert query.conditions == (
        HasPhrase(("moyenne", "portee")),
        Not(HasWord(("drones",))),
        Not(HasPhrase(("mer", "noire"))),
        HasPhrase(("bon", "jour")),
    )
    assert query.meaning == "missiles moyenne portée Bon jour"
    assert query.notices == ()


def test_plain_words_are_asked_of_no_article() -> None:
    query = parse_query("guerre et paix or else")
    assert query.conditions == ()
    assert query.pairs[:2] == (("guerre", "et"), ("et", "paix"))


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("a AND b", (HasWord(("a",)), HasWord(("b",)))),
        ("a ET b c", (HasWord(("a",)), HasWord(("b",)))),
        ("a OR b c", (AnyOf((HasWord(("a",)), HasWord(("b",)))),)),
        ("a OU b ET c", (AnyOf((HasWord(("a",)), AllOf((HasWord(("b",)), HasWord(("c",)))))),)),
        ("(a OR b) AND c", (AnyOf((HasWord(("a",)), HasWord(("b",)))), HasWord(("c",)))),
        ("(a b) c", ()),
        ("(a b) AND c", (HasWord(("a",)), HasWord(("b",)), HasWord(("c",)))),
        ("a NOT b", (Not(HasWord(("b",))),)),
        ("a SAUF (b OU c)", (Not(AnyOf((HasWord(("b",)), HasWord(("c",))))),)),
        ("a -(b OR c)", (Not(AnyOf((HasWord(("b",)), HasWord(("c",))))),)),
        ("NOT NOT a", ()),
        ("mot* AND a", (HasPrefix("mot"), HasWord(("a",)))),
        ('"a b"~5', (HasPhrase(("a", "b"), within=5),)),
        ('"a b"~0', (HasPhrase(("a", "b"), within=0),)),
        ("title:a titre:bon*", (HasWord(("a",), True), HasPrefix("bon", True))),
        ('TITLE:"a b"', (HasPhrase(("a", "b"), in_title=True),)),
        ("porte-avions AND a", (HasWord(("porte", "avions")), HasWord(("a",)))),
        (
            "a source:B source:C",
            (AnyOf((AttributedTo("source", ("b",)), AttributedTo("source", ("c",)))),),
        ),
        ('a -auteur:"B C"', (Not(AttributedTo("author", ("b", "c"))),)),
        ("a langue:fra", (Passes(ArticleFilter(languages=("fr",))),)),
        (
            "a date:2021-12",
            (Passes(ArticleFilter(published_from="2021-12-01", published_before="2022-01-01")),),
        ),
        ("a après:2021", (Passes(ArticleFilter(published_from="2021-01-01")),)),
        ("a before:2021", (Passes(ArticleFilter(published_before="2022-01-01")),)),
    ],
)  # fmt: skip
def test_conditions(text: str, conditions: tuple[object, ...]) -> None:
    query = parse_query(text)
    assert query.conditions == conditions
    assert query.notices == ()


def test_what_is_excluded_or_in_a_field_has_no_meaning_to_search() -> None:
    query = parse_query('drones AND (colis OR "mer noire") -livre source:X date:2021 title:port*')
    assert query.meaning == "drones colis mer noire port"
    assert words(query) == ("drones", "colis", "mer", "noire", "port")


@pytest.mark.parametrize(
    ("text", "place"), [('"missiles portée', 1), ('missiles portée"', 16), ("“missiles portée", 1)]
)
def test_an_unbalanced_quote_is_read_as_words(text: str, place: int) -> None:
    query = parse_query(text)
    assert (words(query), query.conditions) == (("missiles", "portee"), ())
    assert query.notices == (UNPAIRED_QUOTE(place=place), SEARCHED(query="missiles portée"))


@pytest.mark.parametrize(
    ("text", "reading", "notices"),
    [
        ("(a OR b", "a OR b", 1),
        ("a) OR b", "a OR b", 1),
        ("AND a", "a", 1),
        ("a AND OR b", "a AND b", 1),
        ("a NOT", "a", 1),
        ("a AND (", "a", 2),
        ("() a", "a", 0),
        ("foo:a b", "foo:a b", 1),
        ("https://example.org a", "https://example.org a", 0),
        ("19:30 c'est:vrai", "19:30 c'est:vrai", 0),
        ("a -- b - c", "a -- b - c", 0),
    ],
)
def test_a_mistake_is_read_as_the_nearest_query(text: str, reading: str, notices: int) -> None:
    node, said = read_syntax(text)
    assert write_syntax(node) == reading
    assert len(said) == notices


@pytest.mark.parametrize("text", ["AND", "NOT", "OR ET SAUF", "titre:", "(et)"])
def test_operators_alone_are_words(text: str) -> None:
    assert parse_query(text).words


def test_a_bad_value_is_left_out_and_named() -> None:
    query = parse_query("a date:2021-13 langue:klingon! auteur:...")
    assert query.conditions == ()
    assert [str(notice)[:33] for notice in query.notices] == [
        "Left out at character 3: not a da",
        "Left out at character 16: not a l",
        "Left out at character 32: no name",
    ]


def test_a_hyphen_inside_a_word_excludes_nothing() -> None:
    query = parse_query("porte-avions")
    assert query.conditions == ()
    assert query.words == (
        Word(
            (
                Form(("porte", "avions"), "together", 2),
                Form(("porteavions",), weight=2),
                Form(("porte", "avions")),
            )
        ),
    )


def test_figures_in_a_word_stand_together() -> None:
    forms = parse_query("G7").words[0].forms
    assert forms[:2] == (Form(("g", "7"), "together"), Form(("g7",)))


def test_plain_text_has_no_operators() -> None:
    query = plain_query('Macron "intraitable" -- face AND au -racisme')
    assert query.conditions == ()
    assert words(query) == ("macron", "intraitable", "face", "and", "au", "racisme")


@pytest.mark.parametrize("text", ["", "   ", "...", "!?,;", "\x00", "\u200f", "*", '""', "()", "-"])
def test_nothing_to_search_for(text: str) -> None:
    with pytest.raises(QueryError, match="nothing to search for"):
        parse_query(text)


@pytest.mark.parametrize(
    "text",
    [
        "de la les", "🚀", "\ufdfa" * 1_000, "mot " * 10_000, "صواريخ", "\x00missiles\x00", "-mot",
        "(" * 10_000 + "mot" + ")" * 10_000, "(mot " * 10_000, "NOT " * 10_000 + "mot",
        "-(" * 9_999 + "mot",
        " OR ".join(f"mot{n}" for n in range(10_000)), "a* b* " * 5_000, '"mot" ' * 10_000,
        "title:mot " * 10_000, "x:" * 50_000, "x" * 1_000_000, " AND ".join(["mot"] * 10_000),
        "^(.*a){40}$" * 200, "mot東ракетаصاروخ" * 1_000,
    ],
)  # fmt: skip
def test_odd_queries_are_understood_in_bounds(text: str) -> None:
    query, calls = count_calls(lambda: parse_query(text))
    assert calls < MAX_CALLS
    assert query.words or query.conditions or text == "🚀"
    assert len(words(query)) <= MAX_WORDS
    assert sum(len(leaves(condition)) for condition in query.conditions) <= MAX_CONDITIONS
    assert len(query.meaning) <= MAX_MEANING_CHARACTERS
    assert len(query.notices) <= MAX_NOTICES + 5


def test_phrases_are_bounded_those_of_stop_words_more() -> None:
    query = parse_query(" OR ".join(f'"mot m{n}x"' for n in range(MAX_PHRASES + 3)))
    assert sum(len(leaves(condition)) for condition in query.conditions) == MAX_PHRASES
    left_out = TOO_MANY_PHRASES(number=MAX_PHRASES, stop_words=MAX_STOP_PHRASES)
    assert query.notices == (left_out,)
    stopped = [f'"de {word}"' for word in ("la", "le", "les", "des", "du", "un", "une", "en")]
    query = parse_query(" ".join([*stopped, *stopped, '"la paix"']))
    assert query.notices == (left_out,)
    assert len(set(query.conditions)) == MAX_STOP_PHRASES + 1


def test_short_prefixes_are_bounded_more() -> None:
    query = parse_query(" ".join(f"{letter}*" for letter in "abcdefghijklm"))
    assert len(query.words) == MAX_SHORT_PREFIXES
    assert TOO_MANY_SHORT_PREFIXES.code in {each.code for each in query.notices}


def test_authors_and_sections_are_bounded() -> None:
    names = " OR ".join(f"author:nom{n} OR section:nom{n}" for n in range(MAX_ATTRIBUTIONS))
    query = parse_query(names + " OR author:nom1 OR source:nom1")
    assert len({leaf for c in query.conditions for leaf in leaves(c)}) == MAX_ATTRIBUTIONS + 1
    assert query.notices == (TOO_MANY_ATTRIBUTIONS(number=MAX_ATTRIBUTIONS),)


def test_prefixes_are_bounded() -> None:
    query = parse_query(" ".join(f"abc{letter}*" for letter in "abcdefghijklm"))
    assert len(query.words) == MAX_PREFIXES
    assert query.notices == (TOO_MANY_PREFIXES(number=MAX_PREFIXES),)


@given(st.text() | SIGNS)
def test_any_text_is_a_query_or_a_query_error(text: str) -> None:
    with contextlib.suppress(QueryError):
        parse_query(text)
        plain_query(text)


@given(st.text() | SIGNS)
@example('"-TITLE:0')
@example("--titre:x")
@example("--1 200")
@example("1 (200)")
def test_a_query_written_out_reads_the_same(text: str) -> None:
    node, _ = read_syntax(text)
    assert read_syntax(write_syntax(node))[0] == node


@given(SIGNS)
def test_a_mended_query_needs_no_mending(text: str) -> None:
    node, _ = read_syntax(text)
    again = read_syntax(write_syntax(node))[1]
    assert {notice.code for notice in again} <= {UNKNOWN_FIELD.code}


def test_phrases_are_bounded() -> None:
    (phrase,) = parse_query(f'"{"mot " * 2_000}"').conditions
    assert isinstance(phrase, HasPhrase)
    assert len(phrase.parts) == MAX_WORDS


def test_a_lone_lengthening_sign_is_no_word() -> None:
    assert parse_query("ـ").words == ()


def test_relaxed_a_query_keeps_fields_and_exclusions() -> None:
    text = '"a b" title:c source:x -d (e OR source:y) e AND f date:2021'
    query = drop_text_conditions(parse_query(text))
    assert [type(condition) for condition in query.conditions] == [Not, Passes, AttributedTo]


def test_tags_become_articles() -> None:
    def find(parts: tuple[str, ...]) -> tuple[int, ...]:
        return (3, 4) if parts == ("climat",) else ()

    query = parse_query("a tag:Climat auteur:Dupont -(tag:b OR source:c)")
    assert set(resolve_tags(query, find).conditions) == {
        Not(AnyOf((Passes(ArticleFilter(article_ids=NO_ARTICLE)), AttributedTo("source", ("c",))))),
        AttributedTo("author", ("dupont",)),
        Passes(ArticleFilter(article_ids=(3, 4))),
    }
