"""`archive.store.articles` against questions nobody should ask, and against a model of itself."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from archive.model import ArticleDraft, ArticleFilter
from archive.store.articles import ArticleStore
from archive.text.normalize import normalize_draft
from tests.support.stores import new_store

WORDS = st.text("abcé ", min_size=1).filter(str.strip)


def test_any_number_of_ids(store: ArticleStore) -> None:
    add(store, "Un")
    add(store, "Deux")
    ids = tuple(range(300_000, 0, -1))
    assert [article.id for article in store.get_many(ids)] == [2, 1]
    assert store.count(ArticleFilter(article_ids=ids)) == 2
    assert store.count(ArticleFilter(excluded_ids=ids)) == 0


def test_filters_that_no_article_can_pass(store: ArticleStore) -> None:
    add(store, "Un")
    assert store.count(ArticleFilter(sources=("\udcff",))) == 0
    assert store.count(ArticleFilter(languages=("\ud800", "'; --"))) == 0
    assert store.list_articles(offset=10**30) == []


def test_a_revision_in_no_known_language_keeps_the_language(store: ArticleStore) -> None:
    article_id = add(store, "Un texte.")
    with store.transaction() as transaction:
        revised = normalize_draft(ArticleDraft("", ("12 345",)))
        transaction.revise(store.get(article_id), revised)
    assert (store.get(article_id).language, store.get(article_id).text) == ("fr", "12 345")


def add(store: ArticleStore, text: str) -> int:
    with store.transaction() as transaction:
        return transaction.insert(normalize_draft(ArticleDraft("", (text,), language="fr")))


class StoreMachine(RuleBasedStateMachine):
    """The store must answer as a dict of texts and a list of touched ids would."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.store = new_store(Path(self.folder.name) / "archive.sqlite")
        self.texts: dict[int, str] = {}
        self.touched: list[int] = []  # ids by their latest change, oldest first
        self.given: set[int] = set()
        self.checkpoints = [(0, 0)]  # seq, and how many changes it had seen

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def touch(self, article_id: int, text: str | None) -> None:
        self.touched = [i for i in self.touched if i != article_id] + [article_id]
        self.texts.pop(article_id, None)
        if text is not None:
            self.texts[article_id] = " ".join(text.split())

    @rule(text=WORDS)
    def insert(self, text: str) -> None:
        article_id = add(self.store, text)
        assert article_id > max(self.given, default=0)
        self.given.add(article_id)
        self.touch(article_id, text)

    @rule(data=st.data(), text=WORDS)
    def revise(self, data: st.DataObject, text: str) -> None:
        if self.texts:
            article_id = data.draw(st.sampled_from(sorted(self.texts)))
            held = self.store.get(article_id)
            draft = normalize_draft(ArticleDraft("", (text,)))
            with self.store.transaction() as transaction:
                transaction.revise(held, draft)
            same = (held.title, held.paragraphs) == (draft.title, draft.paragraphs)
            assert self.store.get(article_id).version == held.version + (not same)
            self.touch(article_id, text)

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        if self.texts:
            article_id = data.draw(st.sampled_from(sorted(self.texts)))
            with self.store.transaction() as transaction:
                transaction.delete(article_id)
            self.touch(article_id, None)

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = ArticleStore(self.store.database.path)

    @invariant()
    def holds_what_the_model_holds(self) -> None:
        held = {article.id: article.text for article in self.store.each_article()}
        assert held == self.texts
        assert self.store.count() == len(held)
        assert self.store.article_ids() == sorted(held)

    @invariant()
    def tells_the_changes_in_order(self) -> None:
        changes = self.store.changes_after(0, 1_000)
        assert [change.article_id for change in changes] == self.touched
        seqs = [change.seq for change in changes]
        assert seqs == sorted(set(seqs))
        middle = seqs[len(seqs) // 2] if seqs else 0
        later = [change for change in changes if change.seq > middle]
        assert self.store.changes_after(middle, 1_000) == later


StoreMachine.TestCase.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
TestStoreMachine = StoreMachine.TestCase
