"""Did you mean: what is a slip and what may stand, in the words of a small archive."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from archive.intake.ingest import ingest
from archive.store.articles import ArticleStore
from indexer.assist.spelling import SpellingLookup, find_corrections, suggest_query
from indexer.engines.port import SearchEngine, Spelling
from indexer.engines.registry import open_engine
from indexer.query import parse_query
from indexer.sync import sync
from tests.support.fakes import FakeEmbedder, make_item
from tests.support.stores import new_store

FRENCH = """Le gouvernement du président Emmanuel Macron prépare l'élection présidentielle.

Ainsi Le Fil.

Volodymyr Zelensky, Angela Merkel et Jean-Luc Mélenchon parlent de missiles à moyenne portée.

Recep Tayyip Erdoğan, Jamal Khashoggi, Wisława Szymborska et Göran Håkansson y étaient nommés.

Une grève de la SNCF, un incendie, des inondations et le réchauffement climatique inquiètent.

Les « gilets jaunes » et la coopération entre Strasbourg, Sarrebruck et Notre-Dame.

La SARVELLE a débordé. Guerre et paix : le championnat aura lieu, annonce Nguyễn Thị Bích."""
ENGLISH = "The weather forecast for London: heavy thunderstorms, said the government on Thursday."
GERMAN = "Die Bundesregierung erklärte die Wahl zum Wettbewerb der Städte; Nordrhein-Westfalen."
RUSSIAN = "Владимир Путин прибыл в Москву, сообщает агентство."

SLIPS = {
    "gouvernment": "gouvernement",
    "gouvernnement": "gouvernement",
    "guovernement": "gouvernement",
    "présidentille": "présidentielle",
    "presidantielle": "présidentielle",
    "Emmanuel Macorn": "Emmanuel Macron",
    "Emanuel Marcon": "Emanuel Macron",
    "zelenski": "Zelensky",
    "Zelenksy": "Zelensky",
    "angela mrekel": "angela Merkel",
    "Melenchn": "Mélenchon",
    "Mélenchoon": "Mélenchon",
    "erdogann": "Erdoğan",
    "Kashoggi": "Khashoggi",
    "Szymborksa": "Szymborska",
    "hakanson": "Håkansson",
    "missilles moyenne potrée": "missiles moyenne portée",
    "grevve SNCF": "grève SNCF",
    "incednie": "incendie",
    "inodnations": "inondations",
    "rechaufement climatqie": "réchauffement climatique",
    "cooperaton": "coopération",
    "l'electon": "l'élection",
    "Strasbuorg": "Strasbourg",
    "sravelle": "SARVELLE",
    "grve": "grève",
    "Notre-Dmae": "Notre-Dame",
    "thudnerstorms in London": "thunderstorms in London",
    "Bundesregeirung": "Bundesregierung",
    "Westfaleen": "Westfalen",
    "Путни": "Путин",
    '"gilets jaunse"': '"gilets jaunes"',
    "«gilets jaunse»": "«gilets jaunes»",
    'incednie AND "le fil"': 'incendie AND "le fil"',
    "(incednie OU grève)  SAUF london": "(incendie OU grève) SAUF london",
    "titre:incednie source:Lefil": "titre:incendie source:Lefil",
    "titre:titre incednie, 2021": "titre:titre incendie, 2021",
    "incednie incednie": "incendie incendie",
}
STANDING = (
    "Szymborska",
    "Nguyen Thi Bich",
    "président presidentielle PRÉSIDENTIELLE",
    "présidentielles",
    "1 200 euros",
    "2021 20221",
    "G7 iphone12 covid-19 mh370",
    "ONUU",
    "S.N.C.F.",
    "thunderstorms grève Wettbewerb",
    "government",
    "source:strasbuorg",
    "auteur:Macorn",
    "avant:20211",
    "macor*",
    "SAUF incednie grève",
    "-incednie",
    "AND OR NOT",
    "dnas lse une",
    "北京大学 東京",
    "www.strasbuorg.fr",
    "gouvernment@example.fr",
    "las elecciones presidenciales ganaron mucha importancia nacional",
    "qwrtpsdf zxcvbnm",
    "otan",
    "moyene portee",
    "\ud800 incendie",
)


Archive = tuple[ArticleStore, SearchEngine]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder: Path = tmp_path_factory.mktemp("archive")
    store, engine = new_store(folder / "archive.sqlite"), open_engine("embedded", folder)
    texts = {"fr": FRENCH, "en": ENGLISH, "de": GERMAN, "ru": RUSSIAN}
    list(ingest([make_item("", text, language=code) for code, text in texts.items()], store))
    sync(store, engine, FakeEmbedder())
    yield store, engine
    engine.close()
    store.close()


def meant(archive: Archive, text: str) -> str | None:
    store, engine = archive
    return suggest_query(parse_query(text), engine, store)


@pytest.mark.parametrize(("typed", "expected"), SLIPS.items())
def test_a_slip_is_put_right_as_the_archive_writes_it(
    archive: Archive, typed: str, expected: str
) -> None:
    assert meant(archive, typed) == expected
    assert meant(archive, expected) is None


@pytest.mark.parametrize("typed", STANDING)
def test_what_may_be_meant_stands(archive: Archive, typed: str) -> None:
    assert meant(archive, typed) is None


def lookup(**articles: int) -> SpellingLookup:
    """Words and how many articles hold each, all one edit from any other."""

    def find_one(word: str, distance: int, most: int) -> Sequence[Spelling]:
        own = [Spelling(word, 0, articles[word], 1)] if word in articles else []
        others = [Spelling(w, 1, n, 1) for w, n in articles.items() if w != word]
        return [*own, *others][:most] if distance else own

    def find(words: Mapping[str, int], most: int) -> dict[str, Sequence[Spelling]]:
        return {word: find_one(word, distance, most) for word, distance in words.items()}

    return find


def corrections(text: str, archive_articles: int = 1_000, **articles: int) -> list[str]:
    found = find_corrections(parse_query(text), lookup(**articles), archive_articles)
    return [correction.meant.word for correction in found]


def test_a_word_of_hardly_any_article_gives_way_to_a_frequent_one() -> None:
    assert corrections("macorn", macorn=1, macron=10) == ["macron"]
    assert corrections("macorn", macorn=1, macron=9) == []
    assert corrections("macorn", macorn=3, macron=500) == []
    assert corrections("mocran", mocran=1, macrin=40) == []
    assert corrections("lasc", lasc=1, lacs=900) == []


def test_a_rare_word_is_not_what_a_large_archive_means() -> None:
    assert corrections("zheng", zhang=13) == ["zhang"]
    assert corrections("zheng", 20_000, zhang=13) == []
    assert corrections("poggias", 20_000, poggiao=4) == []


def test_swapped_letters_and_the_first_one_tell() -> None:
    assert corrections("maorc", marc=400, maroc=200) == ["maroc"]
    assert corrections("edux", eux=900, deux=400) == ["deux"]
    assert corrections("gordan", jordan=90, gordon=10) == ["gordon"]


def test_long_queries_cost_nothing() -> None:
    asked: list[set[str]] = []

    def count(words: Mapping[str, int], most: int) -> dict[str, Sequence[Spelling]]:
        asked.append(set(words))
        return dict.fromkeys(words, ())

    many = " ".join(f"mot{chr(97 + n)}x" for n in range(26))
    assert find_corrections(parse_query(many), count, 1) == []
    assert [len(words) for words in asked] == [16]
    asked.clear()
    long = "incednie " * 100
    assert find_corrections(parse_query(long), count, 1) == []
    assert asked == []


def test_an_article_gone_meanwhile_leaves_the_folded_word(
    archive: Archive, store: ArticleStore
) -> None:
    assert meant((store, archive[1]), "présidentille") == "presidentielle"


@pytest.mark.parametrize(
    "typed",
    [
        "missives",
        "greves",
        "Guerres et pairs",
        "Wahlen",
        "moyens portées",
        "l'érection",
        "angela merkle",
    ],
)
def test_a_word_of_a_language_stands_though_no_article_holds_it(
    archive: Archive, typed: str
) -> None:
    assert meant(archive, typed) is None


def test_a_name_that_the_archive_holds_stands(tmp_path: Path) -> None:
    store, engine = new_store(tmp_path / "archive.sqlite"), open_engine("embedded", tmp_path)
    texts = ["Monsieur Gouvernemant, boulanger, parle."] + [
        f"Le gouvernement de la ville numéro {n} parle du prix du pain." for n in range(60)
    ]
    list(ingest([make_item("", text, language="fr") for text in texts], store))
    sync(store, engine, FakeEmbedder())
    assert meant((store, engine), "gouvernemant") is None
    assert meant((store, engine), "gouvernmeent") == "gouvernement"
    engine.close()
    store.close()
