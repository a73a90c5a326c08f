"""`hemero feeds`, and feeds polled beside the server."""

import json
import logging
import os
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.feeds import poll
from archive.feeds.lock import poll_lock
from archive.feeds.store import FeedStore
from tests.support.feed_site import Answer, Site, article_page, item, rss
from tests.support.waiting import wait_until
from tests.support.web import RunHemero
from web.cli.main import main
from web.jobs.polling import FeedWorker, parse_interval
from web.services import Services
from web.settings import Settings

RSS = "application/rss+xml"


@pytest.fixture(autouse=True)
def allow_loopback(quick_polls: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEMERO_ALLOWED_NETWORKS", "127.0.0.0/8")


@pytest.fixture
def feed_url(site: Site) -> str:
    link = site.serve("/crue", article_page("Crue de la Sarvelle"))
    return site.serve("/feed", rss(item(link), item(site.origin + "/none", "Perdu")), RSS)


def _lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_add_list_poll_search_remove(run: RunHemero, feed_url: str) -> None:
    assert "added 1  Le Fanal (rss, 2 items)" in run("feeds", "add", feed_url).stdout
    assert "subscribed already 1" in run("feeds", "add", feed_url).stdout
    polled = run("feeds", "poll")
    assert polled.exit_code == 0
    assert "added 1" in polled.stdout
    assert "1 feed polled, 1 added, 1 rejected" in polled.stdout
    assert "Crue de la Sarvelle" in run("search", "Sarvelle").stdout
    assert "Le Fanal" in run("feeds", "list").stdout
    assert "removed" in run("feeds", "remove", "1").stdout
    assert run("feeds", "remove", feed_url).exit_code == 66
    assert "hemero feeds add" in run("feeds", "list").stdout
    assert "Crue de la Sarvelle" in run("show", "1").stdout


def test_json_lines(run: RunHemero, feed_url: str) -> None:
    (added,) = _lines(run("feeds", "add", feed_url, "--source", "Autre", "--json"))
    assert (added["added"], added["source"], added["title"]) == (True, "Autre", "Le Fanal")
    feed, first, second, totals = _lines(run("feeds", "poll", "--json"))
    assert (feed["url"], feed["new"], feed["state"]) == (feed_url, 2, "active")
    assert (first["outcome"], first["id"], first["feed"]) == ("added", 1, feed_url)
    assert second["outcome"] == "rejected"
    assert totals == {"totals": {"feeds": 1, "failed": 0, "items": {"added": 1, "rejected": 1}}}
    (listed,) = _lines(run("feeds", "list", "--json"))
    assert listed["items"] == {"added": 1, "rejected": 1}


def test_add_finds_the_feed_a_page_names(run: RunHemero, site: Site, feed_url: str) -> None:
    links = (
        '<link rel="alternate" type="application/rss+xml" href="/missing">'
        '<link rel="alternate" type="application/rss+xml" href="/feed">'
        '<link rel="stylesheet" href="/x"><link rel="alternate" hreflang="en" href="/en">'
    )
    page = site.serve("/", f"<html><head>{links}</head><body></body></html>")
    added = run("feeds", "add", page)
    assert "added 1  Le Fanal" in added.stdout
    assert "/missing" in added.stdout
    assert _lines(run("feeds", "list", "--json"))[0]["url"] == feed_url


def test_add_of_what_is_no_feed_says_so(run: RunHemero, site: Site) -> None:
    result = run("feeds", "add", site.serve("/", article_page("Rien")), "ftp://a.example/")
    assert result.exit_code == 1
    assert "not a feed" in result.stdout
    assert "not a web address" in result.stdout


def test_poll_ends_with_1_when_a_feed_failed(run: RunHemero, site: Site, feed_url: str) -> None:
    run("feeds", "add", feed_url)
    site.answers["/feed"] = Answer(status=500)
    result = run("feeds", "poll")
    assert (result.exit_code, "1 failed" in result.stdout) == (1, True)
    assert "answered 500" in result.stdout
    again = run("feeds", "poll")
    assert "0 feeds polled" in again.stdout
    assert "not due before" in again.stderr
    assert "1 failed" in run("feeds", "poll", "1").stdout


def test_a_second_poller_is_told_who_polls(
    run: RunHemero, settings: Settings, feed_url: str
) -> None:
    run("feeds", "add", feed_url)
    with poll_lock(settings.home):
        result = run("feeds", "poll")
    assert result.exit_code != 0
    assert f"process {os.getpid()} has been polling the feeds since" in result.stderr
    assert run("feeds", "poll").exit_code == 0


def test_opml_round_trip(run: RunHemero, tmp_path: Path) -> None:
    file = tmp_path / "list.opml"
    file.write_text(
        '<opml version="1.0"><body><outline text="Presse"><outline text="Le Fanal" '
        'xmlUrl="http://a.example/f?a=1&amp;b=2"/><outline type="rss" text="Vide"/></outline>'
        "</body></opml>"
    )
    imported = run("feeds", "import", str(file))
    assert "skipped Vide: it has no xmlUrl" in imported.stdout
    assert "1 added, 1 skipped" in imported.stdout
    exported = run("feeds", "export").stdout
    assert 'xmlUrl="http://a.example/f?a=1&amp;b=2"' in exported
    again = run("feeds", "import", "-", "--json", input=exported)
    assert _lines(again)[-1] == {"added": 0, "known": 1, "skipped": 0}


def test_import_of_what_is_no_list_says_so(run: RunHemero, tmp_path: Path) -> None:
    (tmp_path / "a.opml").write_text("rien")
    result = run("feeds", "import", str(tmp_path / "a.opml"))
    assert (result.exit_code, "not OPML" in result.stderr) == (65, True)


@pytest.mark.parametrize(
    ("text", "seconds"), [("15m", 900), ("2 h", 7_200), ("1d", 86_400), ("90s", 90), ("600", 600)]
)
def test_interval(text: str, seconds: float) -> None:
    assert parse_interval(text) == seconds


@pytest.mark.parametrize("text", ["", "m", "5s", "-15m", "1.5h", "99999999d", "²m"])
def test_interval_that_means_nothing(run: RunHemero, text: str) -> None:
    result = run("feeds", "poll", f"--every={text}")
    assert (result.exit_code, "no interval" in result.stderr) == (2, True)


@pytest.mark.parametrize("command", ["add", "list", "poll", "remove", "import", "export"])
def test_every_command_has_an_example(command: str) -> None:
    text = CliRunner().invoke(main, ["feeds", command, "--help"]).output
    assert f"  hemero feeds {command}" in text


@pytest.mark.parametrize(("flags", "polls"), [([], False), (["--poll"], True)])
def test_serve_polls_when_told(
    run: RunHemero, monkeypatch: pytest.MonkeyPatch, flags: list[str], polls: bool
) -> None:
    told = []
    monkeypatch.setattr("web.server.serving.run_server", lambda services, poll: told.append(poll))
    assert run("serve", *flags).exit_code == 0
    assert told == [polls]


def test_a_read_only_archive_is_not_polled(run: RunHemero) -> None:
    result = run("serve", "--poll", "--read-only")
    assert (result.exit_code, "leave out --poll" in result.stderr) == (78, True)


def test_keeper_polls_beside_the_server(services: Services, feed_url: str) -> None:
    object.__setattr__(services.settings, "allowed_networks", ("127.0.0.0/8",))
    store, told = FeedStore(services.store.database), []
    store.add(feed_url, poll.Clock().now())
    keeper = FeedWorker(services, lambda: told.append(True), every_seconds=60)
    keeper.start()
    wait_until(lambda: services.store.count() == 1)
    keeper.stop()
    assert told == [True]
    with poll_lock(services.settings.home):
        pass


def test_keeper_waits_while_another_polls(
    services: Services, feed_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    object.__setattr__(services.settings, "allowed_networks", ("127.0.0.0/8",))
    FeedStore(services.store.database).add(feed_url, poll.Clock().now())
    keeper = FeedWorker(services, lambda: None, every_seconds=0.05)
    with poll_lock(services.settings.home), caplog.at_level(logging.INFO):
        keeper.start()
        time.sleep(0.2)
        assert services.store.count() == 0
    wait_until(lambda: services.store.count() == 1)
    keeper.stop()
    assert caplog.text.count("has been polling the feeds since") == 1
