"""Makes home.tar.gz and expected.json with the code of the first edition (commit a3ba1e1).

Run in a checkout of it, with its dependencies: python make.py FOLDER. The vectors are those of the
tests' fake model. It is kept to say how the two files came to be; they are not made again.
"""

import json
import sqlite3
import sys
import tarfile
import tempfile
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

from archive.intake.ingest import ingest
from indexer.search import SearchQuery
from tests.support.fakes import FakeEmbedder, make_item
from web.services import Services
from web.settings import Settings

QUERIES = (
    "missiles moyenne portée",
    '"moyenne portée"',
    "crue rivière",
    "flood river",
    "Hochwasser",
    "Wasserstand Brücke",
    "harvest drought",
    "récolte -maïs",
    "treaty inspectors",
    "inspecteurs",
)
LATER = "Les pourparlers ont repris dimanche."
ARTICLES = (
    ("fr", "Accord à Genève sur les missiles", "Agence Rive Gauche", "2021-12-03T10:15:00+01:00",
     "Les missiles à moyenne portée seront détruits.\n\nLes inspecteurs viendront en mai."),
    ("fr", "Crue de la Sarvelle", "Le Fanal", "2022-01-10",
     "La rivière est sortie de son lit samedi soir.\n\nLe pont du moulin reste fermé."),
    ("fr", "Récolte de pommes en avance", "Le Fanal", "2021-09-14",
     "La récolte a commencé deux semaines plus tôt que l’an passé."),
    ("fr", "Le maïs souffre", "Le Fanal", "2021-08-02",
     "Sans pluie, la récolte de maïs sera la plus faible depuis vingt ans."),
    ("fr", "Le marché couvert rouvre", None, None,
     "Après dix mois de travaux, les étals sont de retour sous la halle."),
    ("en", "Treaty inspectors arrive", "The Kestrel Wire", "2021-12-05T08:00:00Z",
     "The inspectors will count the missiles before the treaty takes effect."),
    ("en", "Flood closes the river road", "The Kestrel Wire", "2022-01-11",
     "The flood reached the river road on Sunday; the bridge is safe, engineers said."),
    ("en", "Drought threatens the harvest", "The Harbour Post", "2021-08-20",
     "Farmers expect the smallest harvest in a decade after a summer of drought."),
    ("de", "Hochwasser an der Aller", "Der Leuchtturmbote", "2022-01-12",
     "Das Hochwasser steigt weiter.\n\nDer Wasserstand an der alten Brücke erreichte sechs Meter."),
    ("de", "Vertrag über Raketen", "Der Leuchtturmbote", "2021-12-04",
     "Der Vertrag verbietet Raketen mittlerer Reichweite; Inspektoren reisen im Mai an."),
    ("de", "Die Brücke wird gesperrt", "Der Leuchtturmbote", "2022-02-01",
     "Ab Montag ist die alte Brücke für ein Jahr gesperrt."),
    ("en", "An article that goes", "The Harbour Post", "2021-01-01",
     "It was added in error and is removed again."),
)  # fmt: skip


def item(number: int, title: str | None = None, more: str = ""):  # type: ignore[no-untyped-def]
    language, own_title, source, published, text = ARTICLES[number]
    return make_item(
        title or own_title, text + more, language=language, source=source, published=published,
        authors=("Camille Orsenne", "Théo Brachet")[: number % 3],
        url=f"https://{language}.example/{number + 1}" if number != 4 else None,
    )  # fmt: skip


def fill(services: Services) -> None:
    list(ingest([item(n) for n in range(8)], services.store))
    services.index()
    list(ingest([item(n) for n in range(8, 12)], services.store))
    services.index()
    list(
        ingest(
            [item(0, more=f"\n\n{LATER}"), item(6, "The river road opens again")], services.store
        )
    )
    with services.store.transaction() as transaction:
        transaction.delete(12)
    services.index()
    list(
        ingest([item(0, "Accord à Genève : les missiles partent", f"\n\n{LATER}")], services.store)
    )
    services.index()


def earlier_versions(path: Path) -> list[list[object]]:
    """What the first edition keeps but cannot show yet."""
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT article_id, version, title, text, superseded FROM article_version"
        return [list(row) for row in connection.execute(f"{query} ORDER BY article_id, version")]


def expect(services: Services) -> dict[str, object]:
    def find(text: str, mode: str) -> list[int]:
        page = services.search.search(SearchQuery(text, mode=mode, page_size=100))
        return [result.article.id for result in page.results]

    held = list(services.store.each_article())
    return {
        "articles": [asdict(article) for article in held],
        "versions": earlier_versions(services.settings.store_path),
        "seq": services.store.last_seq(),
        "queries": {text: {m: find(text, m) for m in ("keyword", "hybrid")} for text in QUERIES},
    }


def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as home:
        services = Services(Settings(home=Path(home)), FakeEmbedder())
        fill(services)
        text = json.dumps(expect(services), ensure_ascii=False, indent=1)
        services.close()
        (folder / "expected.json").write_text(text + "\n", "utf-8")
        with tarfile.open(folder / "home.tar.gz", "w:gz") as packed:
            packed.add(home, "home")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
