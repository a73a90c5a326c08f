"""Hand-written questions to a small archive: what must come first, what must not be found.

Through store, index and search as everyone uses them, by words alone.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from archive.intake.ingest import ingest
from indexer.engines.registry import open_engine
from indexer.ranking.request import SearchQuery
from indexer.search import SearchService
from indexer.sync import sync
from indexer.wordings import DEMANDS_UNMET
from tests.support.fakes import FakeEmbedder, make_item
from tests.support.stores import new_store
from tests.support.work import at_most

ARTICLES = (
    make_item(
        "Missiles à Genève",
        "L’accord sur les missiles de moyenne portée a été signé à Genève.\n\n"
        "Les négociations avaient duré deux ans ; l'OTAN s'en félicite.",
        source="Agence Rive Gauche", authors=("Hélène Vasseur",), language="fr",
        published="2021-12-31T22:10:00Z", section="International",
    ),
    make_item(
        "Une portée de chiots",
        "Une chienne de taille moyenne a mis bas une portée de 1 200 grammes en tout, "
        "soit 3,5 % de son poids. Aujourd'hui, tout le monde va bien.",
        source="Le Fil", authors=("Paul Durand",), language="fr", published="2022-01-01",
        section="Animaux",
    ),
    make_item(
        "NATO summit in Vilnius",
        "Leaders of the alliance met in Vilnius. The United Nations sent an observer; "
        "negotiations about drones went on.",
        source="Harbour Post", language="en", published="2023-07-11", section="World",
    ),
    make_item(
        "Саммит НАТО",
        "Лидеры обсудили переговоры и ракеты. Представитель ООН тоже был там.",
        source="Вестник", language="ru", published="2023-07-12",
    ),
    make_item(
        "قمة حلف شمال الأطلسي",
        "ناقشت الحكومة والقادة الصَّوَاريخ في المؤتمر. وزار الوزراء مستشفى المدينة ومدرستها.",
        source="البيان", language="ar", published="2023-07-13",
    ),
    make_item(
        "北約峰會",
        "北約領導人在東京討論導彈問題。",
        source="晨報", language="zh", published="2023-07-14",
    ),
    make_item(
        "Le COVID-19 recule",
        "La S.N.C.F. rétablit ses trains. Le porte-parole du G7 parle de vingt-et-un cas "
        "pour 12 000 habitants, le week-end dernier. L'A320neo revole.",
        source="Le Fil", language="fr", published="2021-06-05", section="Santé",
    ),
    make_item(
        "Le septième jour", "Il a parlé 7 fois en 19 jours, dit la parole, la porte et la fin.",
        source="Le Fil", language="fr", published="2020",
    ),
    make_item(
        "Kowalczyk à l’œuvre",
        "Le peintre Wojciech Kowalczyk vit à Łódź. Son œuvre étonne. « C’est l'été », dit-il.",
        source="Agence Rive Gauche", authors=("Hélène Vasseur", "Jean Dupont"), language="fr",
        published="2019-03-02", section="Culture",
    ),
    make_item(
        "Drones sur la mer Noire",
        "Des drones ont survolé la mer Noire.\n\nLe président de la République s'inquiète.",
        source="Le Fil", language="fr", published="2023-02-01", section="International",
    ),
    make_item(
        "Drones livreurs",
        "Des drones livrent des colis dans la mer de maisons de la banlieue, sous un ciel noir.",
        source="Agence Rive Gauche", language="fr", published="2022-05-05", section="Économie",
    ),
    make_item(
        "La Casa Blanca responde",
        "EE.UU. y la ONU discutieron en Nueva York la situación; las negociaciones siguen.",
        source="El Hilo", language="es", published="2022-09-09",
    ),
)  # fmt: skip

GENEVA, PUPPIES, NATO, NATO_RU = (item.name for item in ARTICLES[:4])
NATO_AR, NATO_ZH, COVID, SEVENTH = (item.name for item in ARTICLES[4:8])
PAINTER, BLACK_SEA, PARCELS, SPANISH = (item.name for item in ARTICLES[8:])

# (query, what must come first or None for nothing found, what must not be found)
PROBES: tuple[tuple[str, str | None, tuple[str, ...]], ...] = (
    # Accents, case, composition
    ("geneve", GENEVA, ()),
    ("GENÈVE", GENEVA, ()),
    ("gene\u0300ve", GENEVA, ()),
    ("ete etonne", PAINTER, ()),
    ("oeuvre", PAINTER, ()),
    ("ŒUVRE", PAINTER, ()),
    ("Lodz", PAINTER, ()),
    # Elision
    ("l'accord", GENEVA, ()),
    ("l’accord", GENEVA, ()),
    ("accord", GENEVA, ()),
    ("aujourd’hui", PUPPIES, ()),
    ('"c\'est l’été"', PAINTER, ()),
    # Acronyms with dots, and across languages
    ("SNCF", COVID, ()),
    ("sncf", COVID, ()),
    ("S.N.C.F.", COVID, ()),
    ("O.T.A.N. accord", GENEVA, ()),
    ("NATO Vilnius", NATO, ()),
    ("НАТО саммит", NATO_RU, ()),
    ("USA", SPANISH, ()),
    ("États-Unis", SPANISH, ()),
    ("Nations unies observer", NATO, ()),
    ("ONU Nueva York", SPANISH, ()),
    ("OMS", None, ()),
    # Numbers
    ("1200 grammes", PUPPIES, ()),
    ("1,200", PUPPIES, ()),
    ("1.200", PUPPIES, ()),
    ("1\u202f200", PUPPIES, ()),
    ("1 200 grammes", PUPPIES, ()),
    ("-1 200 portée", GENEVA, (PUPPIES,)),
    ("3.5", PUPPIES, ()),
    ("3,5 %", PUPPIES, ()),
    ("12000", COVID, ()),
    # Hyphens and figures
    ("covid 19", COVID, ()),
    ("covid19", COVID, ()),
    ("COVID-19", COVID, ()),
    ('"covid19 recule"', COVID, (SEVENTH,)),
    ("porte parole du g7", COVID, ()),
    ("porte-parole", COVID, ()),
    ('"porte-parole"', COVID, (SEVENTH,)),
    ('"porte parole du g7"', COVID, (SEVENTH,)),
    ("porteparole", COVID, (SEVENTH,)),
    ("vingt et un", COVID, ()),
    ("weekend", COVID, ()),
    ("G7", COVID, (SEVENTH,)),
    ("a320 neo", COVID, ()),
    ("A320neo", COVID, (SEVENTH,)),
    # Inflection
    ("missile", GENEVA, ()),
    ("négociation accord", GENEVA, ()),
    ("negotiation drone", NATO, ()),
    ("peintres", PAINTER, ()),
    # Rare names, nonsense
    ("kowalczyk", PAINTER, ()),
    ("Wojciech", PAINTER, ()),
    ("xyzzyqwfp", None, ()),
    ("de la les", None, ()),
    # Phrases
    ('"moyenne portée"', GENEVA, (PUPPIES,)),
    ('"MOYENNE PORTEE"', GENEVA, (PUPPIES,)),
    ("missiles moyenne portée", GENEVA, ()),
    ('"mer noire"', BLACK_SEA, (PARCELS,)),
    ('"mer noir"~10', PARCELS, (BLACK_SEA,)),
    ('"maisons mer"~1', PARCELS, (BLACK_SEA,)),
    # Operators
    ("drones -livrent", BLACK_SEA, (PARCELS,)),
    ("drones -livreur", BLACK_SEA, (PARCELS,)),
    ('drones -"mer noire"', PARCELS, (BLACK_SEA,)),
    ("drones NOT colis", BLACK_SEA, (PARCELS,)),
    ("drones SAUF colis", BLACK_SEA, (PARCELS,)),
    ("drones AND président", BLACK_SEA, (PARCELS, NATO)),
    ("drones ET colis", PARCELS, (BLACK_SEA,)),
    ("drones et colis", PARCELS, ()),
    ("kowalczyk OR vilnius", PAINTER, (GENEVA, PARCELS)),
    ("(kowalczyk OU drones) AND NOT colis", PAINTER, (PARCELS,)),
    ("drones AND (président OR colis) AND NOT banlieue", BLACK_SEA, (PARCELS, NATO)),
    # Beginnings of words
    ("kowal*", PAINTER, ()),
    ("negoc* AND geneve", GENEVA, (SPANISH,)),
    # Fields
    ("title:drones colis", PARCELS, (NATO,)),
    ('title:"drones livreurs"', PARCELS, (BLACK_SEA,)),
    ('drones source:"Agence Rive Gauche"', PARCELS, (BLACK_SEA, NATO)),
    ("drones source:rive", PARCELS, (BLACK_SEA,)),
    ("drones -source:fil -language:en", PARCELS, (BLACK_SEA, NATO)),
    ("drones langue:en", NATO, (BLACK_SEA, PARCELS)),
    ("auteur:vasseur missiles", GENEVA, (PAINTER,)),
    ('author:"jean dupont"', PAINTER, (GENEVA,)),
    ("drones rubrique:international", BLACK_SEA, (PARCELS,)),
    ("drones date:2022", PARCELS, (BLACK_SEA, NATO)),
    ("drones after:2023-03", NATO, (PARCELS, BLACK_SEA)),
    ("drones before:2022-05-05", PARCELS, (BLACK_SEA,)),
    ("missiles date:2021-12", GENEVA, ()),
    ("drones date:2022..2023-02", PARCELS, (NATO,)),
    ("source:vestnik OR source:вестник", NATO_RU, (NATO,)),
    ("source:fil", BLACK_SEA, (PARCELS,)),
    # Other scripts
    ("ракета", NATO_RU, ()),
    ("صواريخ", NATO_AR, ()),
    ("الحكومه", NATO_AR, ()),
    ("المستشفي", NATO_AR, ()),
    ("مـــدرسة", NATO_AR, ()),
    ("東京", NATO_ZH, ()),
    ("京", NATO_ZH, ()),
    ('"東京討論"', NATO_ZH, ()),
    ('"討論東京"', NATO_ZH, ()),  # nowhere: its signs are searched instead
    # Mistakes: the nearest reading is searched
    ('"moyenne portée missiles', GENEVA, ()),
    ("(drones AND colis", PARCELS, (BLACK_SEA,)),
    ("drones AND colis)", PARCELS, (BLACK_SEA,)),
    ("AND kowalczyk OR", PAINTER, ()),
    ("kowalczyk date:demain", PAINTER, ()),
    ("sujet:kowalczyk", PAINTER, ()),
    ("kowalczyk *", PAINTER, ()),
    ("^kowalczyk$ [a-z]+\\d{3}", PAINTER, ()),
)  # fmt: skip


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchService]:
    folder = tmp_path_factory.mktemp("probes")
    store, engine = new_store(folder / "archive.sqlite"), open_engine("embedded", folder / "i")
    list(ingest(ARTICLES, store))
    sync(store, engine, FakeEmbedder())
    yield SearchService(store, engine, FakeEmbedder())
    engine.close()
    store.close()


def titles(service: SearchService, text: str) -> list[str]:
    page = service.search(SearchQuery(text, mode="keyword", page_size=50))
    assert all(0 <= result.score <= 1 for result in page.results)
    return [result.article.title for result in page.results]


@pytest.mark.parametrize(("text", "first", "absent"), PROBES)
def test_probe(
    service: SearchService, text: str, first: str | None, absent: tuple[str, ...]
) -> None:
    found = titles(service, text)
    assert (found[0] if found else None) == first, found
    assert not set(found) & set(absent)


@pytest.mark.parametrize("text", ["OTAN", "nato", "НАТО", "الناتو", "北約"])
def test_an_acronym_is_found_in_every_language(service: SearchService, text: str) -> None:
    found = titles(service, text)
    assert {GENEVA, NATO, NATO_RU, NATO_AR, NATO_ZH} == set(found)


@pytest.mark.parametrize("text", ["drones AND président", '"drones livrent" -président'])
def test_conditions_hold_for_both_lists(service: SearchService, text: str) -> None:
    by_words = set(titles(service, text))
    query = SearchQuery(text, page_size=50)
    for mode in ("hybrid", "semantic"):
        page = service.search(replace(query, mode=mode))  # type: ignore[arg-type]
        assert {result.article.title for result in page.results} == by_words


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        ("(drones", "The parenthesis at character 1 is not closed."),
        ("drones AND", "AND at character 8 has nothing to join."),
        ("drones date:demain", "Left out at character 8: not a date: 'demain'; write"),
        ("drones sujet:mer", "There is no field 'sujet' (character 8); the fields are: title"),
        ('drones "mer', "The quotation mark at character 8 has no partner."),
        ("-drones", "A query that only excludes words finds nothing"),
        ("a*", "Many words begin with a*; only the most frequent are searched."),
    ],
)
def test_a_mistake_is_named_with_its_place(service: SearchService, text: str, notice: str) -> None:
    notices = service.search(SearchQuery(text, mode="keyword")).notices
    assert any(str(said).startswith(notice) for said in notices), notices


def test_words_alone_are_searched_where_nothing_meets_all(service: SearchService) -> None:
    page = service.search(SearchQuery("kowalczyk AND vilnius", mode="keyword"))
    assert {result.article.title for result in page.results} == {PAINTER, NATO}
    assert DEMANDS_UNMET.code in {each.code for each in page.notices}
    assert service.search(SearchQuery("kowalczyk -peintre", mode="keyword")).total == 0
    assert service.search(SearchQuery("kowalczyk source:fil", mode="keyword")).total == 0


def test_fields_alone_give_the_newest_first(service: SearchService) -> None:
    assert titles(service, 'source:"agence rive gauche"') == [PARCELS, GENEVA, PAINTER]


@pytest.mark.parametrize(
    "text",
    [
        "mot " * 10_000, "(" * 10_000 + "drones" + ")" * 10_000, "a* " * 10_000, "* OR *",
        " OR ".join(f"mot{n}" for n in range(10_000)), '"' + "de la " * 5_000 + '"',
        "(a+)+$ [[[ \\d{9999} .*.*.*", "drones\x00\x00", "\ufdfa" * 1_000, "AND OR NOT ( ) -",
        "東ракетаصاروخdrones" * 500, "date:9999-99 drones", "before:0000 drones", '"a b"~9999',
        "title:" * 5_000, "-" * 10_000 + "drones", "after:99999y drones",
    ],
)  # fmt: skip
@pytest.mark.parametrize("mode", ["hybrid", "keyword"])
def test_bad_input_is_answered_in_bounded_time(
    service: SearchService, text: str, mode: str
) -> None:
    with at_most(10):
        service.search(SearchQuery(text, mode=mode))  # type: ignore[arg-type]


def test_a_phrase_lists_nothing_by_words_in_the_search_by_meaning(service: SearchService) -> None:
    page = service.search(SearchQuery('"mer noire"', mode="semantic"))
    assert [result.article.title for result in page.results] == [BLACK_SEA]
    assert page.results[0].keyword is None
