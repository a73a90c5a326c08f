"""Whole polls against a site that behaves badly in every way we know."""

import gzip
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest

from archive.feed_formats.model import ACTIVE, DEAD, FAILING, GONE, Feed
from archive.feeds.decide import BREAKER_FAILURES, MAX_ATTEMPTS
from archive.feeds.poll import ItemPolled, Poller, PollSettings
from archive.feeds.visit import FeedVisited
from archive.model import ItemOutcome
from archive.store.articles import ArticleStore
from archive.wordings import NOT_MODIFIED
from tests.support.clock import HandClock
from tests.support.feed_site import Answer, Site, article_page, item, rss, running_site

RSS = "application/rss+xml"


def subscribe(poller: Poller, url: str) -> Feed:
    return poller.feeds.add(url, poller.clock.now())[0]


def poll(poller: Poller, *feeds: Feed) -> list[ItemOutcome]:
    """The items' outcomes."""
    events = list(poller.poll(feeds or None))
    return [event.outcome for event in events if isinstance(event, ItemPolled)]


def stored(poller: Poller) -> Feed:
    return poller.feeds.feeds()[0]


# What comes in


def test_articles_have_the_page_s_text_and_the_feed_s_word_where_it_is_silent(
    site: Site, poller: Poller, store: ArticleStore
) -> None:
    link = site.serve("/crue", article_page("Crue de la Sarvelle"))
    told = item(
        link,
        "Autre titre",
        "Résumé.",
        pubDate="Sun, 01 Mar 2026 08:00:00 +0100",
        author="a@b.example (Camille Orsenne)",
        category="Régions",
    )
    subscribe(poller, site.serve("/feed", rss(told), RSS))
    (outcome,) = poll(poller)
    assert outcome.outcome == "added"
    article = store.get(outcome.id or 0)
    assert article.title == "Crue de la Sarvelle"
    assert len(article.paragraphs) == 4
    assert (article.source, article.section) == ("Le Fanal", "Régions")
    assert article.authors == ("Camille Orsenne",)
    assert article.published == "2026-03-01T07:00:00Z"
    assert (article.language, article.url) == ("fr", link)


def test_nothing_is_fetched_twice(site: Site, poller: Poller) -> None:
    link = site.serve("/a", article_page("Un"))
    subscribe(poller, site.serve("/feed", rss(item(link), item(link)), RSS))
    assert [one.outcome for one in poll(poller)] == ["added"]
    assert poll(poller) == []
    assert site.paths() == ["/feed", "/a", "/feed"]


def test_an_article_of_two_feeds_is_fetched_once(site: Site, poller: Poller) -> None:
    link = site.serve("/a", article_page("Un"))
    for path in ("/une", "/sports"):
        subscribe(poller, site.serve(path, rss(item(link)), RSS))
    assert [one.outcome for one in poll(poller)] == ["added", "unchanged"]
    assert site.paths().count("/a") == 1


@pytest.mark.parametrize("status", [404, 403, 500])
def test_the_feed_s_own_text_stands_in_for_a_page_that_cannot_be_had(
    site: Site, poller: Poller, store: ArticleStore, status: int
) -> None:
    site.answers["/a"] = Answer(status=status)
    text = "&lt;p&gt;La rivière monte.&lt;/p&gt;&lt;p&gt;Elle redescendra.&lt;/p&gt;"
    subscribe(poller, site.serve("/feed", rss(item(site.origin + "/a", "Crue", text)), RSS))
    (outcome,) = poll(poller)
    article = store.get(outcome.id or 0)
    assert article.paragraphs == ("La rivière monte.", "Elle redescendra.")
    assert (article.title, article.source) == ("Crue", "Le Fanal")
    assert f"answered {status}" in str(outcome.reason)


def test_a_page_that_comes_back_makes_the_next_version(
    site: Site, poller: Poller, store: ArticleStore
) -> None:
    site.serve("/a", article_page("Crue"))
    site.answers["/a"] = [Answer(status=503), site.answer("/a")]
    subscribe(poller, site.serve("/feed", rss(item(site.origin + "/a", "Crue", "Court.")), RSS))
    first, second = *poll(poller), *poll(poller)
    assert (first.outcome, second.outcome, second.id) == ("added", "updated", first.id)
    assert len(store.get(first.id or 0).paragraphs) == 4
    assert poll(poller) == []


def barrage(lines: int) -> str:
    """Paragraphs of an article on a dam, escaped for a feed."""
    return "".join(
        f"&lt;p&gt;Le barrage de Vercombe retient {n} millions de litres, dit-on ici.&lt;/p&gt;"
        for n in range(lines)
    )


def test_the_feed_s_text_is_kept_until_its_page_can_be_had(
    site: Site, poller: Poller, store: ArticleStore
) -> None:
    site.serve("/a", article_page("Le barrage de Vercombe"))
    whole = site.answer("/a")
    site.serve("/a", article_page("Votre vie privée compte"))
    site.answers["/a"] = [site.answer("/a"), whole]
    told = item(site.origin + "/a", "Barrage de Vercombe : neuf millions de litres", barrage(2))
    subscribe(poller, site.serve("/feed", rss(told), RSS))
    (first,) = poll(poller)
    assert len(store.get(first.id or 0).paragraphs) == 2
    assert "none of the feed's words" in str(first.reason)
    (second,) = poll(poller)
    assert (second.outcome, second.id) == ("updated", first.id)
    assert len(store.get(first.id or 0).paragraphs) == 4


def test_a_teaser_does_not_replace_the_feed_s_whole_text(
    site: Site, poller: Poller, store: ArticleStore
) -> None:
    link = site.serve("/a", article_page("Le barrage de Vercombe"))
    subscribe(poller, site.serve("/feed", rss(item(link, "Barrage", barrage(12))), RSS))
    outcomes = [one for _ in range(MAX_ATTEMPTS + 1) for one in poll(poller)]
    assert [one.outcome for one in outcomes] == ["added", *["unchanged"] * (MAX_ATTEMPTS - 1)]
    assert len(store.get(outcomes[0].id or 0).paragraphs) == 12
    assert "less text than the feed" in str(outcomes[-1].reason)


def test_items_that_lead_to_one_page_are_articles_of_their_own(
    site: Site, poller: Poller, store: ArticleStore
) -> None:
    links = [site.serve(f"/{n}", article_page("Abonnez-vous")) for n in range(3)]
    told = [item(link, f"Titre {n}", f"Le texte {n}.") for n, link in enumerate(links)]
    subscribe(poller, site.serve("/feed", rss(*told), RSS))
    outcomes = poll(poller)
    assert [one.outcome for one in outcomes] == ["added"] * 3
    texts = [store.get(one.id or 0).text for one in outcomes]
    assert texts[1:] == ["Le texte 1.", "Le texte 2."]


def test_a_wall_does_not_replace_a_text_that_is_held(
    site: Site, poller: Poller, store: ArticleStore
) -> None:
    site.serve("/a", article_page("Le barrage de Vercombe"))
    whole = site.answer("/a")
    site.serve("/a", article_page("Votre vie privée compte"))
    site.answers["/a"] = [Answer(status=503), whole, site.answer("/a")]
    title = "Barrage de Vercombe : neuf millions de litres"
    subscribe(poller, site.serve("/feed", rss(item(site.origin + "/a", title, barrage(1))), RSS))
    (first,), (second,) = poll(poller), poll(poller)
    site.serve("/feed", rss(item(site.origin + "/a", f"{title} (actualisé)", barrage(2))), RSS)
    third = poll(poller)
    assert (first.outcome, second.outcome) == ("added", "updated")
    assert [one.outcome for one in third] in ([], ["unchanged"])
    assert len(store.get(first.id or 0).paragraphs) == 4


def test_a_failed_item_is_tried_a_bounded_number_of_times(site: Site, poller: Poller) -> None:
    feed = subscribe(poller, site.serve("/feed", rss(item(site.origin + "/gone")), RSS))
    outcomes = [one.outcome for _ in range(5) for one in poll(poller)]
    assert outcomes == ["rejected"] * MAX_ATTEMPTS
    ((_, outcome, attempts),) = poller.feeds.items(feed.id)
    assert (outcome.outcome, attempts) == ("rejected", MAX_ATTEMPTS)
    assert "answered 404" in str(outcome.reason)


def test_an_item_that_left_the_feed_is_still_tried_again(site: Site, poller: Poller) -> None:
    site.serve("/a", article_page("Un"))
    site.answers["/a"] = [Answer(status=500), site.answer("/a")]
    subscribe(poller, site.serve("/feed", rss(item(site.origin + "/a")), RSS))
    poll(poller)
    site.serve("/feed", rss(), RSS)
    assert [one.outcome for one in poll(poller)] == ["added"]


def test_what_one_visit_leaves_the_next_takes(site: Site, poller: Poller) -> None:
    texts = [item("", f"Titre {n}", f"Un texte numéro {n}.") for n in range(5)]
    feed = subscribe(poller, site.serve("/feed", rss(*texts), RSS))
    poller.settings = PollSettings(
        clock=poller.settings.clock, limits=poller.settings.limits, items_per_visit=3
    )
    visited, *_ = poller.poll()
    assert isinstance(visited, FeedVisited)
    assert (visited.new, visited.waiting) == (5, 2)
    poll(poller)
    assert [one.outcome for _, one, _ in poller.feeds.items(feed.id)] == ["added"] * 5


# Answers


def test_unchanged_feed_is_asked_conditionally(site: Site, poller: Poller) -> None:
    headers = (("ETag", 'W/"1"'), ("Last-Modified", "Sun, 01 Mar 2026 08:00:00 GMT"))
    site.serve("/feed", rss(item("", "T", "Un texte.")), RSS, headers=headers)
    site.answers["/feed"] = [site.answer("/feed"), Answer(status=304)]
    subscribe(poller, site.origin + "/feed")
    poll(poller)
    assert poll(poller) == []
    last = site.asked[-1].headers
    assert (last["if-none-match"], last["if-modified-since"]) == (
        'W/"1"',
        "Sun, 01 Mar 2026 08:00:00 GMT",
    )
    assert last["user-agent"] == "Hemero"
    assert (stored(poller).outcome, stored(poller).etag) == (NOT_MODIFIED(), 'W/"1"')


@pytest.mark.parametrize(("status", "moves"), [(301, True), (308, True), (302, False)])
def test_permanent_move_is_remembered(site: Site, poller: Poller, status: int, moves: bool) -> None:
    site.serve("/new", rss(), RSS)
    site.answers["/old"] = Answer(status=status, headers=(("Location", "/new"),))
    subscribe(poller, site.origin + "/old")
    poll(poller)
    assert stored(poller).url == site.origin + ("/new" if moves else "/old")


def test_move_to_what_is_no_feed_is_not_believed(site: Site, poller: Poller) -> None:
    site.serve("/login", article_page("Identifiez-vous"))
    site.answers["/old"] = Answer(status=301, headers=(("Location", "/login"),))
    subscribe(poller, site.origin + "/old")
    poll(poller)
    assert stored(poller).url == site.origin + "/old"
    assert "web page" in str(stored(poller).outcome)


def test_move_to_a_feed_held_already_is_said(site: Site, poller: Poller) -> None:
    site.serve("/new", rss(), RSS)
    site.answers["/old"] = Answer(status=301, headers=(("Location", "/new"),))
    for path in ("/old", "/new"):
        subscribe(poller, site.origin + path)
    poll(poller)
    assert [feed.url for feed in poller.feeds.feeds()] == [
        site.origin + "/old",
        site.origin + "/new",
    ]
    assert "subscribed already" in str(stored(poller).outcome)


def test_feed_that_is_gone_is_kept_and_no_longer_asked(site: Site, poller: Poller) -> None:
    site.answers["/feed"] = Answer(status=410)
    subscribe(poller, site.origin + "/feed")
    poll(poller)
    poll(poller)
    assert site.paths() == ["/feed"]
    assert stored(poller).state == GONE
    site.serve("/feed", rss(), RSS)
    poll(poller, stored(poller))
    assert stored(poller).state == ACTIVE


@pytest.mark.parametrize(
    ("status", "said", "seconds"),
    [(429, "7200", 7200), (503, "Sun, 01 Mar 2026 14:00:00 GMT", 7200), (503, "soon", 900)],
)
def test_retry_after_is_obeyed(
    site: Site, poller: Poller, clock: HandClock, status: int, said: str, seconds: int
) -> None:
    site.answers["/feed"] = Answer(status=status, headers=(("Retry-After", said),))
    subscribe(poller, site.origin + "/feed")
    poll(poller)
    asked = len(site.paths())
    clock.pass_time(seconds=seconds - 60)
    poll(poller)
    assert len(site.paths()) == asked
    clock.pass_time(seconds=600)
    poll(poller)
    assert len(site.paths()) == asked + 1


def test_host_that_asks_for_quiet_is_left_alone_at_once(site: Site, poller: Poller) -> None:
    site.answers["/a"] = Answer(status=429, headers=(("Retry-After", "60"),))
    links = [item(f"{site.origin}/{name}", text=f"Texte {name}.") for name in "abc"]
    feed = subscribe(poller, site.serve("/feed", rss(*links), RSS))
    subscribe(poller, site.serve("/other", rss(), RSS))
    assert len(poll(poller)) == 1
    assert site.paths() == ["/feed", "/a"]
    attempts = [attempts for _, _, attempts in poller.feeds.items(feed.id)]
    assert attempts == [1, 0, 0]
    assert [one.failures for one in poller.feeds.feeds()] == [0, 0]


@pytest.mark.slow
def test_failures_slow_the_polls_and_a_month_of_them_ends_them(
    site: Site, poller: Poller, clock: HandClock
) -> None:
    site.answers["/feed"] = Answer(status=500)
    subscribe(poller, site.origin + "/feed")
    for _ in range(40 * 96):  # a look every quarter of an hour
        poll(poller) if poller.feeds.due(clock.now()) else None
        clock.pass_time(minutes=15)
        if stored(poller).failures == BREAKER_FAILURES:
            assert stored(poller).state in (FAILING, DEAD)
    assert stored(poller).state == DEAD
    assert len(site.paths()) < BREAKER_FAILURES + 31
    clock.pass_time(days=400)
    assert poller.feeds.due(clock.now()) == []
    site.serve("/feed", rss(), RSS)
    clock.seconds += timedelta(days=1).total_seconds()
    poll(poller, stored(poller))
    assert (stored(poller).state, stored(poller).failures) == (ACTIVE, 0)


# Bad servers


def test_a_server_that_drips_is_a_failure(
    site: Site, make_poller: Callable[[float], Poller]
) -> None:
    hurried = make_poller(2.0)
    subscribe(hurried, site.serve("/drip", rss(), RSS, drip_seconds=0.2))
    poll(hurried)
    assert "took over" in str(stored(hurried).outcome)


def test_bad_answers_are_failures_with_a_reason(site: Site, poller: Poller) -> None:
    cut = gzip.compress(rss().encode() * 50)[:60]
    site.serve("/cut", cut, RSS, headers=(("Content-Encoding", "gzip"),))
    site.serve("/large", b" " * 1_000_001, RSS)
    site.serve("/page", article_page("Pas un fil"))
    site.serve("/binary", bytes(range(256)) * 9, RSS)
    site.serve("/empty", b"", RSS)
    site.answers["/loop"] = Answer(status=302, headers=(("Location", "/loop"),))
    site.answers["/inside"] = Answer(status=301, headers=(("Location", "http://10.0.0.1/feed"),))
    reasons = {
        "cut": "cut short",
        "large": "larger than",
        "page": "not a feed",
        "binary": "not text",
        "empty": "",
        "loop": "redirects more than",
        "inside": "not a public address",
        "missing": "answered 404",
    }
    for path in reasons:
        subscribe(poller, f"{site.origin}/{path}")
    poll(poller)
    for feed, (path, reason) in zip(poller.feeds.feeds(), reasons.items(), strict=True):
        assert (feed.failures, feed.url) == (1, f"{site.origin}/{path}")
        assert reason in str(feed.outcome)


# Manners


def test_one_request_at_a_time_with_a_pause_after_each(
    site: Site, poller: Poller, clock: HandClock
) -> None:
    links = [item(site.serve(f"/{n}", article_page(f"Article {n}", f"mot{n}"))) for n in range(4)]
    for n in range(3):
        subscribe(poller, site.serve(f"/feed{n}", rss(*links), RSS))
    poll(poller)
    assert {one.at_once for one in site.asked} == {1}
    assert clock.seconds == pytest.approx(len(site.asked) - 1)


def test_crawl_delay_is_kept_up_to_a_limit(site: Site, poller: Poller, clock: HandClock) -> None:
    site.serve("/robots.txt", "User-agent: *\nCrawl-delay: 5\n", "text/plain")
    subscribe(poller, site.serve("/feed", rss(item(site.origin + "/a")), RSS))
    poll(poller)
    assert clock.seconds == pytest.approx(1 + 5)


def test_real_pause_between_requests(site: Site, poller: Poller) -> None:
    poller.settings = PollSettings(delay_seconds=0.15, limits=poller.settings.limits)
    subscribe(poller, site.serve("/feed", rss(item(site.origin + "/a")), RSS))
    poll(poller)
    begun = [one.begun for one in site.asked]
    assert min(later - earlier for earlier, later in pairwise(begun)) > 0.14


def test_robots_txt_is_obeyed(site: Site, poller: Poller, store: ArticleStore) -> None:
    site.serve("/robots.txt", "User-agent: hemero\nDisallow: /private\n", "text/plain")
    link = site.serve("/private/a", article_page("Secret"))
    subscribe(poller, site.serve("/feed", rss(item(link, "Secret", "Le résumé.")), RSS))
    subscribe(poller, site.serve("/private/feed", rss(), RSS))
    (outcome,) = poll(poller)
    assert site.paths() == ["/feed"]
    assert store.get(outcome.id or 0).paragraphs == ("Le résumé.",)
    assert "robots.txt" in str(outcome.reason)
    assert "robots.txt" in str(poller.feeds.feeds()[1].outcome)


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (500, False)])
def test_robots_txt_that_cannot_be_had(
    site: Site, poller: Poller, status: int, allowed: bool
) -> None:
    site.answers["/robots.txt"] = Answer(status=status)
    subscribe(poller, site.serve("/feed", rss(), RSS))
    poll(poller)
    assert site.paths() == (["/feed"] if allowed else [])
    assert stored(poller).failures == (0 if allowed else 1)


def test_outcomes_come_in_the_order_of_the_feeds(site: Site, poller: Poller) -> None:
    with running_site() as slow:
        slow.serve("/feed", rss(item("", "Lent", "Le texte lent.")), RSS, drip_seconds=0.001)
        subscribe(poller, slow.origin.replace("127.0.0.1", "127.1") + "/feed")  # another host
        subscribe(poller, site.serve("/feed", rss(item("", "Vif", "Le texte vif.")), RSS))
        assert [one.item for one in poll(poller)] == ["Lent", "Vif"]


# Sitemaps


def test_sitemap_index_is_followed(site: Site, poller: Poller, store: ArticleStore) -> None:
    link = site.serve("/a", "<html><body><article>" + article_page("X")[130:])
    news = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url>'
        f"<loc>{link}</loc><news:news><news:publication><news:name>Le Fanal</news:name>"
        "<news:language>fr</news:language></news:publication><news:title>Crue &amp; pluie"
        "</news:title><news:publication_date>2026-02-28T10:00:00+01:00</news:publication_date>"
        "</news:news></url></urlset>"
    )
    site.serve("/news.xml.gz", gzip.compress(news.encode()), "application/gzip")
    index = f"<sitemapindex><sitemap><loc>{site.origin}/news.xml.gz</loc></sitemap></sitemapindex>"
    subscribe(poller, site.serve("/index.xml", index, "text/xml"))
    (outcome,) = poll(poller)
    article = store.get(outcome.id or 0)
    assert (article.source, article.published) == ("Le Fanal", "2026-02-28T09:00:00Z")
    assert poll(poller) == []
