"""Whether a page is the article that its feed announces."""

import pytest

from archive.feed_formats.model import FeedEntry
from archive.feeds.weighing import doubt_page
from archive.model import ArticleDraft
from archive.wordings import PAGE_IS_ANOTHER, PAGE_IS_SHORTER, PAGE_IS_THE_FRONT

TITLE = "La passerelle des Tanneries est votée"
TEXT = (
    "Le conseil municipal a voté lundi soir la construction d'une passerelle au-dessus du fleuve.",
    "Le chantier doit commencer au printemps et durer dix-huit mois, selon le service des ponts.",
    "Les habitants du quartier redoutent le bruit, et une pétition a réuni huit cents signatures.",
)
CONSENT = (
    "Nous et nos partenaires stockons des informations sur votre appareil, comme des cookies.",
    "Vous pouvez accepter, refuser ou modifier vos choix à tout moment en bas de chaque page.",
)
ROBOT = ("Checking your browser before accessing the site. Enable JavaScript to continue.",)
LINK = "https://paper.example/2021/12/03/passerelle"


def entry(title: str = TITLE, content: str = "", link: str = LINK) -> FeedEntry:
    return FeedEntry(key=link, link=link, title=title, content=content)


def page(*paragraphs: str, title: str = TITLE) -> ArticleDraft:
    return ArticleDraft(title, paragraphs)


@pytest.mark.parametrize("content", ["", TEXT[0], "\n".join(TEXT), "Le chantier du printemps."])
@pytest.mark.parametrize("title", [TITLE, "Feu vert au pont piéton", ""])
def test_the_page_of_the_article_is_believed(content: str, title: str) -> None:
    assert doubt_page(page(*TEXT, title=title), LINK, entry(content=content)) is None


@pytest.mark.parametrize("wall", [CONSENT, ROBOT])
@pytest.mark.parametrize("content", ["", TEXT[0], "\n".join(TEXT)])
def test_a_page_with_none_of_the_feed_s_words_is_another(
    wall: tuple[str, ...], content: str
) -> None:
    told = entry("La passerelle des Tanneries traversera bientôt le fleuve", content)
    assert doubt_page(page(*wall, title="Votre vie privée compte"), LINK, told) == PAGE_IS_ANOTHER()


def test_a_feed_that_says_little_is_no_judge() -> None:
    assert doubt_page(page(*CONSENT, title="Choix"), LINK, entry("Brèves", "À lire.")) is None


def test_the_front_page_is_not_the_article() -> None:
    for front in ("https://paper.example/", "https://www.paper.example"):
        assert doubt_page(page(*TEXT), front, entry()) == PAGE_IS_THE_FRONT()
        assert doubt_page(page(*TEXT), front, entry(link="https://paper.example/")) is None
    assert doubt_page(page(*TEXT), "https://paper.example/?p=12", entry()) is None


def test_a_page_with_less_than_the_feed_is_its_beginning() -> None:
    told = entry(content="".join(f"<p>{text}</p>" for text in TEXT * 2))
    assert doubt_page(page(TEXT[0]), LINK, told) == PAGE_IS_SHORTER()
    assert doubt_page(page(*TEXT, *TEXT), LINK, told) is None
    assert doubt_page(page("Court."), LINK, entry(content="Un peu plus long.")) is None


def test_a_text_without_spaces_is_judged_by_its_signs() -> None:
    told = entry("年金改革案が国会で可決された", "政府の年金改革案が国会で可決された。")
    assert doubt_page(page("国会は政府の年金改革案を可決した。", title="年金"), LINK, told) is None
    assert doubt_page(page(*ROBOT, title="Robot"), LINK, told) == PAGE_IS_ANOTHER()
