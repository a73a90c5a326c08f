"""Hostile strings into every place a request has, on every route the application knows."""

import io
import itertools
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from werkzeug.datastructures import FileStorage
from werkzeug.routing import Rule
from werkzeug.test import EnvironBuilder

from tests.reliability.hostile.site import READER, AskedFields, Site, Tally

# What a field holds while another one is tried, where "x" would end the request too soon.
SANE = {
    "q": "missiles", "arguments": "q=missiles", "text": "Les missiles seront détruits.",
    "name": "Nom", "title": "Titre", "tag": "tag", "back": "/", "next": "/", "article": "2",
    "articles": [2, 3], "authors": ["A B"], "tags": ["a"], "addresses": ["http://page.example/"],
    "address": "http://page.example/", "webhook": "", "email": "", "mode": "hybrid",
    "sort": "relevance", "note": "", "after": "", "before": "", "page": "1", "first": "0",
    "language": "", "source": "", "author": "",
    "section": "", "collection": "", "date": "", "published": "", "role": "reader", "days": "30",
    "password": "other words in a row", "old": "1", "new": "1",
}  # fmt: skip
NAMED = {"form": "csv", "name": READER}  # what routes name by a word
HEADERS = (
    "Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Content-Type", "Cookie",
    "Forwarded", "Host", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range",
    "Idempotency-Key", "Origin", "Range", "Referer", "Sec-Fetch-Site", "Transfer-Encoding",
    "User-Agent", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Request-ID",
)  # fmt: skip
PREFIXES = {
    "Cookie": ("", "lang=", "theme=", "session="),
    "Authorization": ("", "Bearer ", "Basic "),
    "Range": ("", "bytes="),
    "Content-Type": ("", "application/json; charset=", "multipart/form-data; boundary="),
}
PATHS = ("/", "/articles/", "/api/v1/", "/api/v1/articles/", "/static/", "/search.", "/saved/1.",
         "/collections/1.", "/sitemap-")  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 2**63, -(2**63), 2**200, 1e308, float("inf"), float("nan"), [], {}, [[]],
    [None], [{}], [2**70], ["x"] * 2_000, {"a": {"b": []}},
)  # fmt: skip
BODIES = (
    b"", b"null", b"[]", b"{", b"[" * 50_000, b'{"q":' * 5_000, b'"\\ud800"', b"\xff\xfe\x00",
    b'{"text": "\\ud800\\udfff", "title": "\\u0000"}', b'{"text": 1e999}', b"9" * 10_000,
    b'{"text": "a", "text": "b"}', b"\xef\xbb\xbf{}", b"NaN", b"--x\r\n\r\n--x--",
)  # fmt: skip
# Forms of one route that ask for different fields.
WAYS = {
    ("/add", "POST"): ("text", "file", "address"),
    ("/admin/users/<name>", "POST"): ("password", "role", "close", "reopen", "x"),
}
MIN_FOR_ALL = 8  # strings a place; below that only some headers are tried
Kind = str  # of a place: path, query, form, file name, json, header, body


@dataclass(slots=True)
class Target:
    """One method of one route, and the fields it was seen to ask for."""

    rule: Rule
    method: str
    fields: set[str] = field(default_factory=set)
    way: str = ""
    numbers: Iterator[int] = field(default_factory=lambda: itertools.cycle(range(1, 30)))

    def path(self) -> str:
        """An address it answers, each time of another article."""
        values: dict[str, Any] = {}
        for name, converter in self.rule._converters.items():
            known = sorted(getattr(converter, "items", ()))
            number = next(self.numbers)
            values[name] = number if converter.regex.startswith(r"\d") else NAMED.get(name, "x")
            values[name] = known[number % len(known)] if known else values[name]
        return self.rule.build(values)[1]  # type: ignore[index]

    @property
    def takes_json(self) -> bool:
        return self.method not in ("GET", "DELETE") and self.rule.rule.startswith("/api/")

    @property
    def destroys(self) -> bool:
        return self.method == "DELETE" or self.rule.rule.endswith(("/delete", "/remove"))


class Walk:
    """Every target of a site with every kind of input; `tally` tells what came of it."""

    def __init__(self, site: Site, per_place: int) -> None:
        self.site, self.tally = site, Tally()
        self._per_place, self._offset = per_place, 0
        self._described = _describe_bodies(site)

    def targets(self) -> list[Target]:
        """Of all routes, those that take something away last; each asked for its fields first."""
        found = [
            Target(rule, method, way=way)
            for rule in self.site.app.url_map.iter_rules()
            for method in sorted(rule.methods or ())
            for way in WAYS.get((rule.rule, method), ("",))
            if method not in ("HEAD", "OPTIONS") and rule.endpoint != "static"
        ]
        for target in found:
            self._discover(target)
        return sorted(found, key=lambda target: target.destroys)

    def run(self, strings: Sequence[str], below: tuple[str, ...] = ("/",)) -> list[Target]:
        """Through all targets whose addresses begin so, which are returned."""
        wanted = [target for target in self.targets() if target.rule.rule.startswith(below)]
        for target in wanted:
            for name in sorted(target.fields):
                for text in self._share(strings):
                    self.try_field(target, name, text)
            step = max(1, MIN_FOR_ALL // self._per_place)
            for header in HEADERS[self._offset % step :: step]:
                for text in self._share(strings, MIN_FOR_ALL):
                    self.try_header(target, header, text)
            if target.takes_json:
                self.try_bodies(target)
        if "/" in below:
            for text in strings:
                self.try_paths(text)
        return wanted

    def try_field(self, target: Target, name: str, value: Any) -> None:
        kind = "json" if target.takes_json else "query" if target.method == "GET" else "form"
        self._ask(kind, target, {**self._sane(target), name: value}, told=f"{name}={value!r:.80}")

    def try_bodies(self, target: Target) -> None:
        for name in sorted(target.fields):
            for value in VALUES:
                self.try_field(target, name, value)
        for body in BODIES:
            for kind in ("application/json", "application/x-www-form-urlencoded", "x"):
                self._send("body", target, repr(body[:40]), data=body, content_type=kind)

    def try_header(self, target: Target, name: str, text: str) -> None:
        """As far as a server lets it through: without line breaks, each character one byte."""
        plain = "".join(c for c in text.encode("utf-8", "replace").decode("latin-1") if c >= " ")
        for prefix in PREFIXES.get(name, ("",)):
            headers = {name: (prefix + plain)[:4_000]}
            fields = self._sane(target)
            self._ask("header", target, fields, f"{name}: {headers[name]!r:.80}", headers)

    def try_paths(self, text: str) -> None:
        for prefix in PATHS:
            path = prefix + quote(text[:1_000].encode("utf-8", "replace"), safe="")
            answer = self.site.client().get(path)
            self.tally.note("path", f"GET {path:.100}", answer)

    def _share(self, strings: Sequence[str], less: int = 1) -> list[str]:
        """Some of the strings, `less` times fewer than for a field, each time those that follow."""
        wanted = min(max(1, self._per_place // less), len(strings))
        self._offset = (self._offset + wanted) % len(strings)
        return [strings[(self._offset + place) % len(strings)] for place in range(wanted)]

    def _discover(self, target: Target) -> None:
        """Ask with what it is known to want until it asks for nothing new."""
        target.fields = set(self._described.get((target.rule.rule, target.method), ()))
        for _ in range(5):
            AskedFields.asked.clear()
            self._ask("sane", target, self._sane(target), "sane")
            new = AskedFields.asked - target.fields
            if not new:
                break
            target.fields |= new

    def _sane(self, target: Target) -> dict[str, Any]:
        sane = {name: SANE.get(name, "x") for name in target.fields}
        return sane | {"way": target.way} if target.way else sane

    def _ask(
        self, kind: Kind, target: Target, fields: dict[str, Any], told: str,
        headers: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        options: dict[str, Any] = {"headers": {"Sec-Fetch-Site": "same-origin", **(headers or {})}}
        if target.takes_json and "file" not in fields:
            options |= {"data": json.dumps(fields), "content_type": "application/json"}
        elif target.method in ("GET", "DELETE"):
            options |= {"query_string": _as_text(fields)}
        else:
            options |= {"data": _as_text(fields) | _as_files(fields)}
        self._send(kind, target, told, **options)

    def _send(self, kind: Kind, target: Target, told: str, **options: Any) -> None:
        path = target.path()
        before = len(self.site.errors.lines)
        builder = EnvironBuilder(path, method=target.method, **options)
        started = time.monotonic()
        answer = self.site.client().open(builder)
        took = (time.monotonic() - started, f"{target.method} {path} {told}")
        self.tally.slowest = max(self.tally.slowest, took)
        self.tally.note(kind, f"{target.method} {path} {told}", answer)
        answer.close()
        if new := self.site.errors.lines[before:]:
            self.tally.faults += [f"{target.method} {path} {told}: logged {line}" for line in new]


def _describe_bodies(site: Site) -> dict[tuple[str, str], set[str]]:
    """The fields of each JSON body, as the API's own description names them."""
    client = site.app.test_client()
    described = client.get("/api/v1/openapi.json").get_json()
    found: dict[tuple[str, str], set[str]] = {}
    for rule in site.app.url_map.iter_rules():
        path = "/" + "/".join(
            f"{{{part.rstrip('>').rpartition(':')[2]}}}" if part.startswith("<") else part
            for part in rule.rule.lstrip("/").split("/")
        )
        for method, told in described["paths"].get(path, {}).items():
            if method.upper() in (rule.methods or ()):
                found[rule.rule, method.upper()] = _names_of(told, described)
    return found


def _names_of(told: dict[str, Any], described: dict[str, Any]) -> set[str]:
    names = {each["name"] for each in told.get("parameters", ()) if each.get("in") == "query"}
    for content in told.get("requestBody", {}).get("content", {}).values():
        schema = content["schema"]
        named = str(schema.get("$ref", "")).rpartition("/")[2]
        names |= set(described["components"]["schemas"].get(named, schema).get("properties", ()))
    return names


def _as_text(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _plain([*map(str, value)] if isinstance(value, list) else str(value))
        for name, value in fields.items()
        if name not in ("file", "opml")
    }


def _as_files(fields: dict[str, Any]) -> dict[str, Any]:
    """The value of a file's field is its name and its content."""
    return {
        name: FileStorage(io.BytesIO(_bytes(fields[name])), _plain(str(fields[name])[:200]) or "x")
        for name in ("file", "opml")
        if name in fields
    }


def _bytes(value: Any) -> bytes:
    return str(value).encode("utf-8", "replace")


def _plain(value: Any) -> Any:
    """No client can send a lone surrogate but within JSON's own escapes."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
