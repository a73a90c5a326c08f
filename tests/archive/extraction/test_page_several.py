"""Pages that hold several whole articles are taken apart, and no others."""

import pytest

from archive.extraction.page_several import split_articles

TEXTS = (
    "Le tramway rouvrira en mars après huit mois de travaux, a annoncé la métropole vendredi.",
    "Les rails de la place ont été changés, et trois arrêts sont désormais plus larges.",
    "La grève des dockers bloque le port depuis samedi, et les navires attendent au large.",
    "La direction assure que les négociations reprendront lundi matin avec les syndicats.",
)
ARTICLES = (
    ("Le tramway rouvre", "Le Fanal", "2021-12-03", "vendredi 3 décembre 2021", TEXTS[:2]),
    ("Le port à l'arrêt", "La Gazette", "2021-12-05", "5 décembre 2021", TEXTS[2:]),
)
FORMS = {
    "outlet first": (
        "<article><header><span class=DocPublication>{outlet}</span><div>{day}</div>"
        "<div class=titreArticle><p>{title}</p></div></header><section>{text}</section></article>"
    ),
    "title first": (
        "<div class='article enArticle'><div id=hd><span class=headLine>{title}</span></div>"
        "<div>450 mots</div><div>{day}</div><div>{outlet}</div><div>Français</div>{text}</div>"
    ),
    "headings": (
        "<section class=hit><h2>{title}</h2><p class=media>{outlet}</p><i>{day}</i>{text}</section>"
    ),
}


def export(form: str, around: str = "{}") -> str:
    parts = "".join(
        form.format(
            title=title, outlet=outlet, day=day, text="".join(f"<p>{line}</p>" for line in text)
        )
        for title, outlet, _, day, text in ARTICLES
    )
    return f"<!doctype html><title>Résultats</title><body>{around.format(parts)}</body>"


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("around", ["{}", "<div><main>{}</main></div>"])
def test_an_export_of_several_articles_is_taken_apart(form: str, around: str) -> None:
    found = split_articles(export(form, around))
    got = [(each.title, each.source, each.published, each.paragraphs) for each in found]
    assert got == [(title, outlet, day, text) for title, outlet, day, _, text in ARTICLES]


@pytest.mark.parametrize(
    "page",
    [
        export(FORMS["headings"], "<h1>En direct : la journée</h1>{}"),
        export(FORMS["headings"]).replace("<h2>", "<h2><a href=/x>").replace("</h2>", "</a></h2>"),
        export(FORMS["headings"]).replace("3 décembre 2021", "14h32").replace("5 déc", "15h10"),
        f"<article><h1>Titre</h1><p>3 décembre 2021</p><p>{TEXTS[0]}</p></article>",
        "<div></div>" * 3_000,
        "",
    ],
    ids=["live page", "list of links", "entries with hours", "one article", "empty", "nothing"],
)
def test_other_pages_are_one_article_or_none(page: str) -> None:
    assert split_articles(page or "<p></p>") == []
