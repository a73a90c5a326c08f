"""Pages that are not one column of long paragraphs, through `extract_article`."""

import pytest

from archive.errors import UnreadableInputError
from archive.extraction.extract import extract_article

FIRST = "Le tramway rouvrira en mars après huit mois de travaux, a annoncé la métropole vendredi."
SECOND = "Les rails de la place ont été changés, et trois arrêts sont désormais plus larges."
THIRD = "Les commerçants de la rue, qui ont perdu un tiers de leurs clients, attendent une aide."


def read(body: str) -> tuple[str, ...]:
    return extract_article(f"<html><head><title>Tram</title></head><body>{body}</body>").paragraphs


@pytest.mark.parametrize("parted", ["<br>", "<br/>\n", "<br><br>", "<br>&nbsp;<br>"])
@pytest.mark.parametrize(
    "around", ["<div class=entry-content>{}</div>", "<article><p>{}</p></article>"]
)
def test_long_lines_parted_by_line_breaks_are_paragraphs(parted: str, around: str) -> None:
    assert read(around.format(parted.join((FIRST, SECOND, THIRD)))) == (FIRST, SECOND, THIRD)


def test_short_lines_parted_by_line_breaks_are_one_paragraph() -> None:
    poem = "Sur le quai,<br>la pluie tombe<br>depuis l'aube"
    assert f"{poem.replace('<br>', ' ')}" in read(
        f"<article><p>{FIRST}</p><p>{poem}</p><p>{SECOND}</p></article>"
    )


@pytest.mark.parametrize(
    "cells",
    [
        "<td width=150>Accueil<br>Sport</td><td>{}</td><td>Publicité<br>Votre annonce</td>",
        "<td>{}</td><td>Archives<br>Nous écrire<br>Plan du site</td>",
        "<td>Sommaire</td><td><table><tr><td>{}</td></tr></table></td>",
    ],
)
def test_a_table_that_lays_out_a_page_is_no_data(cells: str) -> None:
    text = f"<h1>Tram</h1>{FIRST}<br><br>{SECOND}<br><br>{THIRD}"
    assert read(f"<table width=100%><tr>{cells.format(text)}</tr></table>") == (
        FIRST,
        SECOND,
        THIRD,
    )


def test_a_table_of_figures_is_read_row_by_row() -> None:
    rows = "".join(
        f"<tr><td>{year}</td><td>{n} km</td></tr>" for year, n in ((2021, 12), (2022, 19))
    )
    found = read(
        f"<article><p>{FIRST}</p><table>{rows}</table><p>{SECOND}</p><p>{THIRD}</p></article>"
    )
    assert found == (FIRST, "2021 12 km", "2022 19 km", SECOND, THIRD)


def test_captions_are_the_text_of_a_story_in_pictures() -> None:
    pictures = "".join(
        f"<figure><img src=x.jpg><figcaption>{text} <i class=credit>Sol</i></figcaption></figure>"
        for text in (FIRST, SECOND, THIRD)
    )
    opening = "<h1>Tram</h1><p>Huit mois de travaux en images, du premier rail au dernier.</p>"
    found = read(f"<main>{opening}{pictures}</main>")
    assert found[-3:] == (FIRST, SECOND, THIRD)
    assert "images" in found[0]


def test_the_caption_of_one_picture_is_no_text() -> None:
    picture = f"<figure><img src=x.jpg><figcaption>{THIRD}</figcaption></figure>"
    assert read(f"<article>{picture}<p>{FIRST}</p><p>{SECOND}</p></article>") == (FIRST, SECOND)


@pytest.mark.parametrize(
    "notice",
    [
        "Cet article est réservé aux abonnés. Vous avez déjà un compte ? Connectez-vous.",
        "Il vous reste 60 % de cet article à lire. La suite est réservée à nos abonnés.",
        "Keep reading with a subscription. Already a member? Sign in to your account.",
        "Dieser Artikel ist nur für Abonnenten. Jetzt anmelden oder für einen Euro testen.",
        "Sigue leyendo: suscríbete o inicia sesión en tu cuenta para leer este artículo.",
    ],
)
def test_the_notice_of_a_wall_is_no_text(notice: str) -> None:
    for wrapped in (f"<p>{notice}</p>", f"<div class=offer><p>{notice}</p></div>"):
        assert read(f"<article><p>{FIRST}</p><p>{SECOND}</p>{wrapped}</article>") == (FIRST, SECOND)


def test_a_story_about_subscriptions_is_text() -> None:
    story = (
        "Le journal a gagné deux mille abonnés en un an, a annoncé sa direction devant la presse.",
        "La suite de l'enquête montre que les abonnés lisent surtout le matin, avant huit heures.",
        "Un abonnement coûte neuf euros par mois, contre sept il y a deux ans, selon la rédaction.",
    )
    assert read("<article>" + "".join(f"<p>{text}</p>" for text in story) + "</article>") == story


def test_headed_short_answers_are_an_article() -> None:
    answers = (
        ("Où ?", "Place du marché."),
        ("Quand ?", "Le 12 mars, à midi."),
        ("Combien ?", "C'est gratuit."),
    )
    lines = [line for answer in answers for line in answer]
    body = "".join(f"<h2>{question}</h2><p>{answer}</p>" for question, answer in answers)
    assert read(f"<article><h1>La fête en trois questions</h1>{body}</article>") == tuple(lines)


@pytest.mark.parametrize(
    "body",
    [
        "<nav><ul><li><a href=/a>Sport</a></li><li><a href=/b>Culture</a></li></ul></nav>",
        "<ul><li><a href=/a>Un.</a><li><a href=/b>Deux.</a><li><a href=/c>Trois.</a></ul>",
        "<form><p>Nom</p><p>Adresse</p><p>Ville</p><p>Envoyer</p></form>",
    ],
)
def test_a_menu_or_a_form_is_no_article(body: str) -> None:
    with pytest.raises(UnreadableInputError):
        read(body)


@pytest.mark.parametrize(
    "entry",
    [
        "<div class=post><span class=time>{}</span><p>{}</p></div>",
        "<div class=post><h3>{} L'essentiel</h3><p>{}</p></div>",
        "<div class=post><time>{}</time><div><p>{}</p></div></div>",
    ],
)
def test_the_entries_of_a_live_page_keep_their_hours(entry: str) -> None:
    hours, texts = ("18h40", "17:05", "16h10"), (THIRD, SECOND, FIRST)
    entries = "".join(entry.format(*each) for each in zip(hours, texts, strict=True))
    text = "\n".join(read(f"<article><h1>En direct</h1>{entries}</article>"))
    places = [text.find(part) for each in zip(hours, texts, strict=True) for part in each]
    assert -1 not in places
    assert places == sorted(places)
