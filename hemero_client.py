"""A client of a Hemero archive in one file, with httpx and nothing else.

    from hemero_client import Archive

    for result in Archive("http://127.0.0.1:8000").search("missiles moyenne portée"):
        print(result.title, result.link, result.passages[0])

Calls also take the arguments of the API by keyword, named as in its OpenAPI document: `source`,
`language`, `section`, `author`, `after`, `before`, `mode`, `sort` and others. Give several values
as a list.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

PAGE_RESULTS = 50
TIMEOUT_SECONDS = 60.0

Record = dict[str, Any]


class ArchiveError(Exception):
    """The archive refused a request; `status` is its HTTP status (RFC 9457)."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


@dataclass(frozen=True, slots=True)
class Result:
    """An article found; `link` leads to its first passage, `record` is the whole answer."""

    id: int
    title: str
    source: str | None
    published: str | None
    language: str
    url: str | None
    score: float
    passages: tuple[str, ...]
    link: str
    record: Record = field(repr=False, compare=False)


class Archive:
    """An archive at an address. Safe for many threads; a context manager that closes itself."""

    def __init__(self, address: str, token: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._address = address.rstrip("/")
        self._client = httpx.Client(
            base_url=f"{self._address}/api/v1", headers=headers, timeout=TIMEOUT_SECONDS
        )

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def search(self, query: str, **arguments: Any) -> Iterator[Result]:
        """Yield every result, best first; pages are requested as they are needed."""
        return self._results("search", {"q": query} | arguments)

    def similar(self, **arguments: Any) -> Iterator[Result]:
        """Yield results near `article`, `passage`, `text`, unlike `not_article`, `not_passage`."""
        return self._results("similar", arguments)

    def article(self, article_id: int) -> Record:
        """Return the whole article."""
        return self._ask("GET", f"articles/{article_id}")

    def articles(self, **arguments: Any) -> Iterator[Record]:
        """Yield every article, the latest added first."""
        for page in self._pages("articles", arguments):
            yield from page["articles"]

    def add(self, title: str, text: str, **fields: Any) -> Record:
        """Add an article; return the outcome and its id."""
        return self._ask("POST", "articles", json={"title": title, "text": text} | fields)

    def add_address(self, address: str) -> Record:
        """Fetch a page and add its article."""
        return self._ask("POST", "articles", json={"address": address})

    def add_files(self, *paths: str | Path) -> Record:
        """Add files of any supported format; return a job, which `job` looks up."""
        files = [("file", (Path(path).name, Path(path).read_bytes())) for path in paths]
        return self._ask("POST", "jobs", files=files)

    def job(self, job_id: int) -> Record:
        """Return the state of a job."""
        return self._ask("GET", f"jobs/{job_id}")

    def remove(self, article_id: int) -> None:
        """Remove an article for good."""
        self._ask("DELETE", f"articles/{article_id}")

    def health(self) -> Record:
        """Return whether archive and index agree."""
        return self._ask("GET", "health")

    def ask(self, method: str, path: str, **options: Any) -> Record:
        """Any other call of the API: `ask("GET", "feeds")`."""
        return self._ask(method, path, **options)

    def _results(self, path: str, arguments: Mapping[str, Any]) -> Iterator[Result]:
        for page in self._pages(path, arguments):
            yield from map(self._result, page["results"])

    def _pages(self, path: str, arguments: Mapping[str, Any]) -> Iterator[Record]:
        number, seen, total = 1, 0, 1
        while seen < total:
            parameters = {"page_size": PAGE_RESULTS} | dict(arguments) | {"page": number}
            page = self._ask("GET", path, params=parameters)
            yield page
            number, seen, total = number + 1, seen + page["page_size"], page["total"]

    def _result(self, record: Record) -> Result:
        article, passages = record["article"], record["passages"]
        link = f"{self._address}/articles/{article['id']}"
        if passages:
            range_ = f"char={passages[0]['start']},{passages[0]['end']}"
            link += f"?{range_}#{range_}"
        return Result(
            **article,
            score=record["score"],
            passages=tuple(passage["text"] for passage in passages),
            link=link,
            record=record,
        )

    def _ask(self, method: str, path: str, **options: Any) -> Record:
        answer = self._client.request(method, f"/{path}", **options)
        if answer.is_error:
            raise ArchiveError(answer.status_code, _detail(answer))
        return dict(answer.json()) if answer.content else {}


def _detail(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"the archive answered {answer.status_code}"
