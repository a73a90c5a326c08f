"""When a page says its article was published, and what it does not say."""

import pytest

from archive.extraction.extract import extract_article

SENTENCES = (
    "Le conseil municipal a voté lundi soir la construction d'une passerelle après un long débat.",
    "Les habitants du quartier redoutent le bruit et la poussière pendant les dix-huit mois.",
)


def published(head: str = "", shown: str = "", more: str = "", lang: str = "fr") -> str | None:
    text = "".join(f"<p>{sentence}</p>" for sentence in (*SENTENCES, more))
    html = (
        f'<html lang="{lang}"><head><title>La passerelle est votée</title>{head}</head><body>'
        f"<article><h1>La passerelle est votée</h1>{shown}{text}</article>"
        "<footer>© 2019-2026 Le Journal</footer></body></html>"
    )
    found = extract_article(html).published
    return found[:10] if found else None


@pytest.mark.parametrize("text", ["Le pont, construit en 1998, a fermé.", "De 1939 à 1946 aussi."])
def test_turns_no_year_into_a_day(text: str) -> None:
    assert published(more=text) is None


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Publié le 1er décembre 2021 à 14h05", "2021-12-01"),
        ("Mis en ligne le mercredi 1er septembre 2010", "2010-09-01"),
        ("Mis à jour le 04/12/2021 à 09:00 - Publié le 03/12/2021 à 14:05", "2021-12-03"),
        ("Publié le 03/12/21", "2021-12-03"),
        ("Juin 2021", "2021-06"),
        ("2021", None),
    ],
)
def test_reads_the_line_at_the_headline(line: str, day: str | None) -> None:
    assert published(shown=f'<p class="date">{line}</p>') == day


@pytest.mark.parametrize(
    ("declared", "period"),
    [("2021-06", "2021-06"), ("Juin 2021", "2021-06"), ("2021", "2021"), ("1970", None)],
)
def test_a_declared_month_or_year_counts_where_nothing_gives_a_day(
    declared: str, period: str | None
) -> None:
    head = f'<meta name="date" content="{declared}">'
    assert published(head) == period
    assert published(head, '<time datetime="2021-06-03"></time>') == "2021-06-03"


@pytest.mark.parametrize("declared", ["1970-01-01", "{{ date }}", "0000-00-00 00:00:00", "Hier"])
def test_passes_over_a_declared_date_that_gives_no_day(declared: str) -> None:
    head = f'<meta property="article:published_time" content="{declared}">'
    assert published(head, '<time datetime="2021-12-03T14:05:00+01:00"></time>') == "2021-12-03"


@pytest.mark.parametrize("declared", ["1638536700", "1638536700000", "Publié le 3 décembre 2021"])
def test_reads_seconds_and_words_in_a_declared_date(declared: str) -> None:
    head = f'<meta property="article:published_time" content="{declared}">'
    assert published(head) == "2021-12-03"


def test_does_not_take_the_time_of_a_ticker() -> None:
    ticker = '<div class="ticker"><time datetime="2022-05-05">5 mai</time></div>'
    shown = ticker + '<time datetime="2021-12-03">3 décembre 2021</time>'
    assert published(shown=shown) == "2021-12-03"


@pytest.mark.parametrize(
    "others",
    [
        '{"@type":"NewsArticle","url":"https://x.example/a","headline":"Le carnaval annulé",'
        '"datePublished":"2019-02-11"}',
        '{"@type":"NewsArticle","headline":"Le carnaval annulé","datePublished":"2019-02-11"},'
        '{"@type":"NewsArticle","headline":"Le marché rouvre","datePublished":"2018-01-01"}',
    ],
)
def test_takes_nothing_from_structured_data_about_other_articles(others: str) -> None:
    head = f'<script type="application/ld+json">[{others}]</script>'
    assert published(head, '<time datetime="2021-12-03"></time>') == "2021-12-03"
