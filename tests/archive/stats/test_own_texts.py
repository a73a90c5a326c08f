"""The texts that no publisher's page holds."""

from archive.intake.ingest import ingest
from archive.stats.own_texts import OwnTexts
from archive.store.articles import ArticleStore
from tests.support.fakes import make_item


def test_texts_without_an_address_oldest_first(store: ArticleStore) -> None:
    own = OwnTexts(store.database)
    assert (own.count(), own.list(0, 10)) == (0, [])
    items = [
        make_item(f"Titre {n}", f"Un texte numéro {n}.", url=f"https://a.example/{n}" * (n % 2))
        for n in range(6)
    ]
    list(ingest(items, store))
    assert own.count() == 3
    assert [text.id for text in own.list(0, 10)] == [1, 3, 5]
    assert [text.id for text in own.list(1, 1)] == [3]
    assert own.list(3, 10) == []
    assert own.list(0, 1)[0].changed == store.get(1).added
