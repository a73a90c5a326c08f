"""Files and feeds of every format that say one text wherever they may. Pure."""

import csv
import html
import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any

TEXT = "Le gouvernement a annoncé mardi une réforme des retraites, débattue dès l'été au Parlement."


def write_files(text: str, number: int) -> dict[str, bytes]:
    """A file of each format that says `text` wherever it may, raw and escaped."""
    body = f"{TEXT} ({number}) {text}"
    record = {
        "title": text, "text": body, "source": text, "authors": [text], "url": text,
        "language": text, "published": text, "section": text, "id": text, "modified": text,
    }  # fmt: skip
    ninjs = {
        "uri": text, "type": "text", "headline": text, "byline": text, "language": text,
        "versioncreated": text, "body_text": body, "body_xhtml": f"<p>{body}</p>",
        "subject": [{"name": text}], "infosources": [{"name": text}],
    }  # fmt: skip
    files = {
        "a.jsonl": json.dumps(record),
        "a.ninjs.json": json.dumps(ninjs),
        "a.csv": _write_table(record),
        "raw.html": _write_page(text, body),
        "a.html": _write_page(html.escape(text), html.escape(body)),
        "a.nitf": _write_nitf(html.escape(text), html.escape(body)),
        "raw.rss": write_rss([text], number, raw=True),
        "a.rss": write_rss([text], number),
        "a.atom": write_atom([text], number),
        "feed.json": write_json_feed([text], number),
        text[:120] or "empty": body,
    }
    packed = {name: content.encode("utf-8", "replace") for name, content in files.items()}
    return packed | {"a.zip": _zip({text[:120] or "x": packed["a.html"], "a.csv": packed["a.csv"]})}


def write_rss(texts: Sequence[str], number: int, raw: bool = False) -> str:
    items = ""
    for place, given in enumerate(texts):
        text = given if raw else _xml(given)
        items += (
            f"<item><title>{text}</title><link>http://x.example/{number}/{place}</link>"
            f"<guid>{text}</guid><author>{text}</author><category>{text}</category>"
            f"<pubDate>{text}</pubDate><description>{text}</description>"
            f"<content:encoded>{_xml(f'<p>{TEXT} {number} {place} {given}</p>')}"
            "</content:encoded></item>"
        )
    title = _xml(texts[0]) if texts else ""
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:content='
        f'"http://purl.org/rss/1.0/modules/content/"><channel><title>{title}</title>'
        f"<description>{title}</description><link>{title}</link>{items}</channel></rss>"
    )


def write_atom(texts: Sequence[str], number: int) -> str:
    entries = "".join(
        f'<entry><title type="html">{_xml(text)}</title><id>{_xml(text)}</id>'
        f'<link href="{_xml(text)}"/><link href="http://y.example/{number}/{place}"/>'
        f"<author><name>{_xml(text)}</name></author><updated>{_xml(text)}</updated>"
        f'<summary type="html">{_xml(text)}</summary>'
        f'<content type="html">{_xml(f"<p>{TEXT} {number} {place} {text}</p>")}</content></entry>'
        for place, text in enumerate(texts)
    )
    title = _xml(texts[-1]) if texts else ""
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>{title}</title><id>{title}</id>'
        f"<updated>{title}</updated>{entries}</feed>"
    )


def write_json_feed(texts: Sequence[str], number: int) -> str:
    items = [
        {
            "id": text, "url": f"http://z.example/{number}/{place}", "external_url": text,
            "title": text, "summary": text, "date_published": text, "tags": [text],
            "content_html": f"<p>{TEXT} {number} {place} {text}</p>", "authors": [{"name": text}],
        }
        for place, text in enumerate(texts)
    ]  # fmt: skip
    named = texts[-1] if texts else ""
    version = "https://jsonfeed.org/version/1.1"
    return json.dumps({"version": version, "title": named, "home_page_url": named, "items": items})


def _write_page(text: str, body: str) -> str:
    told = json.dumps({"@type": "NewsArticle", "headline": text, "author": {"name": text}})
    return (
        f"<!doctype html><html lang='{text}'><head><title>{text}</title>"
        f'<meta name="author" content="{text}"><meta property="og:site_name" content="{text}">'
        f'<meta property="article:section" content="{text}"><link rel=canonical href="{text}">'
        f'<meta property="article:published_time" content="{text}">'
        f'<script type="application/ld+json">{told}</script></head><body><article>'
        f"<h1>{text}</h1><p class=byline>{text}</p><p>{body}</p><p>{TEXT}</p></article>"
    )


def _write_nitf(text: str, body: str) -> str:
    return (
        f"<nitf><head><title>{text}</title></head><body><body.head><hedline><hl1>{text}</hl1>"
        f"</hedline><byline>{text}</byline><distributor><org>{text}</org></distributor></body.head>"
        f"<body.content><p>{body}</p></body.content></body></nitf>"
    )


def _write_table(record: dict[str, Any]) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(record)
    writer.writerow([value[0] if isinstance(value, list) else value for value in record.values()])
    return stream.getvalue()


def _zip(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name, data in files.items():
            packed.writestr(plain(name).replace("\x00", "") or "x", data)
    return stream.getvalue()


def _xml(text: str) -> str:
    return html.escape(text)


def plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
