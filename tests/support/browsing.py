"""An archive served to a browser, and what must not happen in a page of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import waitress
from playwright.sync_api import Browser, Page

from archive.intake.ingest import ingest
from archive.model import SourceItem
from tests.support.fakes import FakeEmbedder, make_item
from tests.support.waiting import PATIENCE_SECONDS
from tests.support.web import open_app
from web.services import Services
from web.settings import Settings

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
"""What axe checks of a page."""
LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 4
YEARS = (2011, 2015, 2019)
ITEMS = (
    make_item(
        "Missiles : un accord à Genève",
        "Des inspecteurs iront sur place.\n\nLes missiles à moyenne portée seront détruits.",
        source="Le Fil",
        url="https://lefil.example/missiles",
        published="2021-12-03",
    ),
    make_item("Drones et missiles", f"Des missiles et des drones. {LONG}", source=LONG[:80]),
    make_item("صواريخ", "صواريخ متوسطة المدى missiles", language="ar"),
    *(
        make_item(f"Calendrier de {year}", f"Le calendrier {year}.", published=f"{year}-06-15")
        for year in YEARS
    ),
)


@contextmanager
def serve(home: Path, items: Sequence[SourceItem]) -> Iterator[tuple[str, Services]]:
    """A served archive: its address and its services."""
    settings = Settings(home=home, cache=home, allowed_networks=("127.0.0.0/8",))
    services = Services(settings, FakeEmbedder())
    list(ingest(items, services.store))
    services.index()
    server = waitress.create_server(open_app(services), host="127.0.0.1", port=0)
    Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}", services
    server.task_dispatcher.shutdown()
    services.close()


def open_page(browser: Browser, site: str, width: int = 1440, scripts: bool = True) -> Page:
    """A page on the site; `troubles` of it collect what must not happen."""
    context = browser.new_context(
        base_url=site, viewport={"width": width, "height": 900}, java_script_enabled=scripts,
        locale="en-GB",
    )  # fmt: skip
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    return context.new_page()


def watch(page: Page, site: str) -> list[str]:
    """What must not happen, as it happens: errors, and requests that leave the site."""
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: said.type == "error" and troubles.append(said.text))
    page.on("request", lambda sent: sent.url.startswith(site) or troubles.append(sent.url))
    return troubles
