"""Pages that show hostile strings, opened in Chromium: does anything of theirs run or load?

Each page is opened twice. Once past its Content-Security-Policy, so that escaping alone has to
hold; once under it, so that what the policy has to stop is told too.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any
from urllib.parse import quote

import waitress
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from tests.reliability.hostile.site import Site

CHROMIUM = "/usr/bin/chromium"
MAX_OF_A_KIND = 60
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
# Before any script of a page: what a string may call is counted, as is what the policy stops.
WATCH = """
window.__ran = []; window.__stopped = [];
for (const name of ['alert', 'prompt', 'confirm', 'hostile', 'print', 'open', 'evil_function'])
  window[name] = (...given) => { window.__ran.push(name + '(' + given.join() + ')'); };
document.addEventListener('securitypolicyviolation', (event) =>
  window.__stopped.push(event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample));
"""
VIEWER = "Applying inline style violates"  # counted by the event, where it is not the viewer's
# What would run if it were pressed, submitted or left: no address of ours is other than these.
ARMED = """
() => [...document.querySelectorAll('[href], [src], [action], [formaction]')].flatMap((element) =>
  ['href', 'src', 'action', 'formaction'].filter((name) => element.hasAttribute(name)
    && !/^(https?|mailto|data:image\\/)/.test(new URL(element.getAttribute(name), location).href))
    .map((name) => element.tagName + ' ' + name + '=' + element.getAttribute(name)))
"""


@dataclass(slots=True)
class Seen:
    """What happened in the browser; only `opened` may be other than empty."""

    opened: Counter[str] = field(default_factory=Counter)
    executed: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    armed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    of_the_viewer: int = 0  # styles the policy denies to Chromium's own view of XML

    @property
    def faults(self) -> list[str]:
        return [*self.executed, *self.stopped, *self.armed, *self.errors, *self.foreign]


def list_pages(site: Site, strings: Sequence[str], most_articles: int = 10_000) -> Iterator[str]:
    """Addresses of every page that can be opened: those without arguments, one for each thing held,
    those that repeat what was asked, and those that say it is not there."""
    known = {str(rule) for rule in site.app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    yield from sorted(path for path in known if "<" not in path and not path.startswith("/api/"))
    services = site.services
    articles = [article.id for article in services.store.list_articles(limit=most_articles)]
    for number in articles:
        yield f"/articles/{number}"
        yield f"/articles/{number}/versions"
    for number in articles[::5]:
        yield f"/similar?article={number}"
    for saved in services.saved.searches()[-MAX_OF_A_KIND:]:
        yield f"/saved/{saved.id}"
    for collection in services.collections.collections()[-MAX_OF_A_KIND:]:
        yield f"/collections/{collection.id}"
    for job in services.jobs.latest()[:MAX_OF_A_KIND]:
        yield f"/jobs/{job.id}"
    for text in strings:
        asked = quote(text[:1_500].encode("utf-8", "replace"), safe="")
        yield f"/search?q={asked}"
        yield f"/search?q=missiles&source={asked}&author={asked}&after={asked}&tag={asked}"
        yield f"/similar?text={asked}"
        yield f"/timeline?q={asked}&with={asked}"
        yield f"/{asked}"
        yield f"/articles/1?q={asked}&char={asked}&v={asked}"
        yield f"/search.atom?q={asked}"


def open_pages(site: Site, pages: Sequence[str]) -> Seen:
    """In a thread of its own: whoever calls may be inside another browser's loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_open_pages, site, pages).result()


def _open_pages(site: Site, pages: Sequence[str]) -> Seen:
    seen = Seen()
    with _serving(site) as origin, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS])
        for bypass in (True, False):
            context = _new_context(browser, origin, bypass, seen)
            cookies = [{"name": "hemero_session", "value": held} for held in site.sessions[-1:]]
            context.add_cookies([{**cookie, "url": origin} for cookie in cookies])
            page = context.new_page()
            for path in pages:
                _open(page, path, seen, bypass)
        browser.close()
    return seen


def _new_context(browser: Browser, origin: str, bypass: bool, seen: Seen) -> BrowserContext:
    context = browser.new_context(base_url=origin, bypass_csp=bypass, accept_downloads=False)
    context.add_init_script(WATCH)
    context.set_default_timeout(20_000)

    def guard(route: Any) -> None:
        if route.request.url.startswith((origin, "data:")):
            route.continue_()
        else:
            asked = f"{route.request.frame.url:.200} asked for {route.request.url:.200}"
            seen.foreign.append(asked)
            route.abort()

    context.route("**/*", guard)
    context.on("dialog", lambda dialog: _note_dialog(dialog, seen))
    context.on("weberror", lambda failed: seen.errors.append(f"{failed.error}"))
    context.on("console", lambda said: _note_console(said, seen))
    return context


def _note_dialog(dialog: Any, seen: Seen) -> None:
    seen.executed.append(f"dialog {dialog.message:.200}")
    dialog.dismiss()


def _note_console(said: Any, seen: Seen) -> None:
    """A status of 4xx is the answer that a page which is not there should give."""
    expected = "the server responded with a status of 4" in said.text or VIEWER in said.text
    if said.type == "error" and not expected:
        seen.errors.append(f"{said.location.get('url', '')[:200]}: {said.text[:300]}")


def _open(page: Page, path: str, seen: Seen, bypass: bool) -> None:
    kind = path.partition("?")[0].strip("/").partition("/")[0] or "landing page"
    try:
        answer = page.goto(path, wait_until="load")
    except Error as exc:
        if "ERR_ABORTED" not in exc.message and "Download is starting" not in exc.message:
            seen.errors.append(f"{path:.200}: {exc.message[:300]}")
        seen.opened["downloads"] += 1
        return
    known = answer is not None and answer.status < 400
    seen.opened[(kind if known else "error pages") + (" without policy" if bypass else "")] += 1
    told = page.evaluate("() => JSON.stringify([window.__ran || [], window.__stopped || []])")
    ran, stopped = json.loads(told)
    seen.executed += [f"{path:.200}: {call}" for call in ran]
    if answer is not None and "xml" in answer.headers.get("content-type", ""):
        seen.of_the_viewer += len(stopped)
    else:
        seen.stopped += [f"{path:.200}: {what}" for what in stopped]
    seen.armed += [f"{path:.200}: {what}" for what in page.evaluate(ARMED)]


@contextmanager
def _serving(site: Site) -> Iterator[str]:
    server = waitress.create_server(site.app, host="127.0.0.1", port=0)
    Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.task_dispatcher.shutdown()
    server.close()
