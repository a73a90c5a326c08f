"""`indexer.ranking.listing`: what of a ranking is shown, and in which order."""

from hypothesis import given
from hypothesis import strategies as st

from archive.stats.facets import ArticleFacts
from indexer.ranking.listing import SORTS, Sort, make_listing

# The day on the publisher's clock, and the time of publication.
DATES = (
    (None, None),
    ("2021", "2021"),
    ("2021-12-03", "2021-12-03"),
    ("2022-01-01", "2022-01-01T10:00:00Z"),
    ("2022-01-01", "2021-12-31T23:30:00Z"),
    ("2021-12-31", "2022-01-01T02:00:00Z"),
)
FACTS = st.dictionaries(
    st.integers(1, 30),
    st.builds(
        lambda source, date, cluster_id: ArticleFacts(0, source, *date, cluster_id),
        st.sampled_from([None, "A", "B"]),
        st.sampled_from(DATES),
        st.sampled_from([None, 1, 2]),
    ),
)
RANKED = st.lists(st.integers(1, 30), unique=True)


@given(RANKED, FACTS, st.sampled_from(SORTS), st.booleans(), st.none() | st.integers(1, 3))
def test_a_list_shows_each_article_once_and_no_other(
    ranked: list[int], facts: dict[int, ArticleFacts], sort: Sort, fold: bool, most: int | None
) -> None:
    shown = make_listing(ranked, facts, sort, fold_copies=fold, most_per_outlet=most)
    held = [article for article in ranked if article in facts]
    assert len(shown) == len(set(shown))
    assert set(shown) <= set(held)
    left_out = set(held) - set(shown)
    if most is None:
        assert all(fold and facts[article].cluster_id is not None for article in left_out)
    clusters = [facts[a].cluster_id for a in shown if facts[a].cluster_id is not None]
    assert not fold or len(clusters) == len(set(clusters))
    for source in ("A", "B"):
        assert most is None or sum(facts[a].source == source for a in shown) <= most


@given(RANKED, FACTS)
def test_by_date_the_undated_come_last(ranked: list[int], facts: dict[int, ArticleFacts]) -> None:
    newest = make_listing(ranked, facts, "newest", fold_copies=False)
    dates = [(facts[article].day, facts[article].published) for article in newest]
    dated = [date for date in dates if date[0]]
    assert dates == [*sorted(dated, reverse=True), *[(None, None)] * (len(dates) - len(dated))]
    oldest = make_listing(ranked, facts, "oldest", fold_copies=False)
    dates = [(facts[article].day, facts[article].published) for article in oldest]
    assert [date for date in dates if date[0]] == sorted(dated)
