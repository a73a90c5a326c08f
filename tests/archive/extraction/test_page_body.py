"""Which text of a page becomes the article's paragraphs, through `extract_article`."""

import pytest

from archive.extraction.extract import extract_article

FIRST = "Le gouvernement a annoncé mardi une réforme des retraites qui sera débattue cet automne."
SECOND = "Les syndicats appellent à une journée de grève nationale contre ce projet contesté."
THIRD = "L'opposition demande de son côté un référendum avant la fin de l'année prochaine."
BOX = "Une tout autre affaire occupe depuis lundi les juges du tribunal de la ville voisine."


def paragraphs(inside: str, before: str = "", head: str = "") -> tuple[str, ...]:
    """The paragraphs of a page with `inside` between the first and second of the article."""
    text = f"<p>{FIRST}</p>{inside}<p>{SECOND}</p><p>{THIRD}</p>"
    article = f"<article>{before}<div class='article-body'>{text}</div></article>"
    return extract_article(f"<html><head>{head}</head><body>{article}</body></html>").paragraphs


@pytest.mark.parametrize(
    "box",
    [
        f"<div class='related-articles'><p>{BOX}</p></div>",
        f"<div class='c-newsletterBox'><p>{BOX}</p></div>",
        f"<div id='cookie-consent'><p>{BOX}</p></div>",
        f"<figure><img src=x><figcaption>{BOX}</figcaption></figure>",
        f"<div class='photo'>{BOX}</div>",
        f"<p class='image-caption'>{BOX}</p>",
        f"<nav><p>{BOX}</p></nav>",
        f"<div hidden><p>{BOX[:40]}</p></div>",
        f"<p><a href='/autre'>{BOX[:-1]}</a></p>",
        f"<h3><a href='/autre'>{BOX[:-1]}</a></h3>",
        f"<p>À lire aussi : <a href='/autre'>{BOX}</a></p>",
        "<p>Read more: how it began in the year before</p>",
        "<p>Lesen Sie auch: wie alles begann</p>",
        "<p>Sign up to our newsletter and never miss a story.</p>",
        "<p>Par Ana Roy</p>",
        "<p>Photo: Ana Roy / Agence</p>",
        "<p>Advertisement</p>",
        "<div>Partager cet article</div>",
    ],
)
def test_what_is_none_of_the_article_stays_out(box: str) -> None:
    assert paragraphs(box) == (FIRST, SECOND, THIRD)


@pytest.mark.parametrize(
    ("markup", "texts"),
    [
        ("<h2>La rue gronde</h2>", ("La rue gronde",)),
        ("<ul><li>Un point</li><li>Un autre</li></ul>", ("Un point", "Un autre")),
        ("<blockquote>Nous irons jusqu'au bout.</blockquote>", ("Nous irons jusqu'au bout.",)),
        (
            "<figure><blockquote>Nous irons au bout.</blockquote></figure>",
            ("Nous irons au bout.",),
        ),
        ("<p>Non.</p>", ("Non.",)),
        ("<p>Un <a href='/x'>lien<svg><path/></svg></a> au milieu.</p>", ("Un lien au milieu.",)),
        ("<h2><a href='#suite'>La suite</a></h2>", ("La suite",)),
        (f"Du texte nu, {BOX}", (f"Du texte nu, {BOX}",)),
        (
            "<table><tr><td>Lyon</td><td>2</td></tr><tr><td>Metz</td><td>1</td></tr></table>",
            ("Lyon 2", "Metz 1"),
        ),
    ],
)
def test_what_stands_between_paragraphs_is_kept_apart(markup: str, texts: tuple[str, ...]) -> None:
    assert paragraphs(markup) == (FIRST, *texts, SECOND, THIRD)


def test_an_article_split_over_containers_made_alike_is_whole() -> None:
    part = "<section class='chunk'><p>{} {}</p><p>{} {}</p></section><aside>Publicité</aside>"
    texts = [f"{n}. {text}" for n in range(6) for text in (FIRST, SECOND, THIRD, BOX)]
    parts = "".join(part.format(*texts[n : n + 4]) for n in range(0, len(texts), 4))
    found = extract_article(f"<html><body><main>{parts}</main></body></html>").paragraphs
    assert "".join(found).replace(" ", "") == "".join(texts).replace(" ", "")


def test_a_wrapper_of_the_whole_article_may_have_any_name() -> None:
    text = f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"
    for name in ("page-with-sidebar", "related", "comments-open", "newsletter"):
        page = f"<html><body><div class='{name}'>{text}</div></body></html>"
        assert extract_article(page).paragraphs == (FIRST, SECOND, THIRD)


def test_a_page_without_a_body_element_is_read() -> None:
    page = f"<!doctype html><title>x</title><article><h1>Titre</h1><p>{FIRST}</p></article>"
    assert extract_article(page).paragraphs == (FIRST,)


def test_a_summary_under_the_headline_comes_first() -> None:
    before = f"<h1>La réforme</h1><p class='chapo'>{BOX}</p><span>Mis à jour à 10 h</span>"
    assert paragraphs("", before) == (BOX, FIRST, SECOND, THIRD)
    plain = f"<h1>La réforme</h1><div>{BOX}</div>"
    meta = f'<meta property="og:description" content="{BOX}">'
    assert paragraphs("", plain, meta) == (BOX, FIRST, SECOND, THIRD)


def test_a_summary_that_the_text_repeats_is_said_once() -> None:
    before = f"<h1>La réforme</h1><p class='chapo'>{FIRST[:60]}</p>"
    assert paragraphs("", before) == (FIRST, SECOND, THIRD)


def test_a_paragraph_set_twice_for_two_screens_is_said_once() -> None:
    assert paragraphs(f"<p>{BOX}</p><p>{BOX}</p>") == (FIRST, BOX, SECOND, THIRD)


def test_text_that_only_structured_data_holds_is_read_from_there() -> None:
    body = "\\n\\n".join(f"{text} {BOX} {n}" for n in range(3) for text in (FIRST, SECOND))
    data = f'{{"@type": "NewsArticle", "articleBody": "{body}"}}'
    head = f'<script type="application/ld+json">{data}</script>'
    page = f"<html><head>{head}</head><body><div id='app'><p>Chargement…</p></div></body></html>"
    assert len(extract_article(page).paragraphs) == 6
