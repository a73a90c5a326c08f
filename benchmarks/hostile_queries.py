"""Measure the dearest queries a stranger can send, each cold and warm; none may take 2 seconds.

    python benchmarks/hostile_queries.py FOLDER [--articles N] [--only PART]

FOLDER is an archive's folder (archive.sqlite and index), which is only read, or one with
articles.jsonl or articles.jsonl.gz to build an archive from. Cold is the first query of an engine
just opened, warm the same query again. The model is loaded before. --only measures the queries
whose name holds PART. The exit status is 1 where a query took longer or failed with anything but a
QueryError.
"""

import argparse
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, permutations
from pathlib import Path

from archive.intake.ingest import ingest
from archive.sources import read_file
from indexer.errors import QueryError
from indexer.evaluation.evaluation import find_articles
from indexer.ranking.request import SearchQuery
from web.services import Services
from web.settings import Settings

MAX_SECONDS = 2.0
SAMPLED_ARTICLES = 2_000
SEED = 7
SHOWN_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Measured:
    """How long a query took, how many articles it found, and what was said of it."""

    seconds: float
    total: int
    said: str
    is_answer: bool = True


@dataclass(frozen=True, slots=True)
class Words:
    """Words of the archive, in no order and by how often they stand there."""

    shuffled: list[str]
    frequent: list[str]
    prefixes: list[str]


def main() -> None:
    arguments = _arguments()
    with _archive(arguments.folder, arguments.articles) as services:
        queries = hostile_queries(sample_words(services))
        named = {name: text for name, text in queries.items() if arguments.only in name}
        print(f"{services.store.count()} articles, {len(named)} queries")
        in_time = [measure_cold_and_warm(services, name, text) for name, text in named.items()]
    sys.exit(not all(in_time))


def hostile_queries(words: Words) -> dict[str, str]:
    """Queries that ask for more than anybody means, by name."""
    return (
        _many_words(words)
        | _many_beginnings(words)
        | _phrases(words)
        | _structures(words)
        | _fields()
        | _signs(words)
    )


def _many_words(words: Words) -> dict[str, str]:
    many = words.shuffled
    return {
        "ten thousand words": " ".join(many[:10_000]),
        "ten thousand words, one OR": " OR ".join(many[:10_000]),
        "ten thousand words, one AND": " AND ".join(many[:10_000]),
        "ten thousand words left out": "guerre " + " ".join(f"-{w}" for w in many[:10_000]),
        "one word ten thousand times": "guerre " * 10_000,
        "64 most frequent words": " ".join(words.frequent[:64]),
        "64 most frequent, one AND": " AND ".join(words.frequent[:64]),
        "64 most frequent, hyphenated": "-".join(words.frequent[:64]),
        "two million characters": "guerre et paix " * 133_333,
    }


def _many_beginnings(words: Words) -> dict[str, str]:
    beginnings = [f"{prefix}*" for prefix in words.prefixes]
    letters = [f"{letter}*" for letter in "abcdefghijklmnopqrstuvwxyz"]
    fields = ("title", "source", "author", "section", "language", "date", "before", "after")
    return {
        "*": "*",
        "a*": "a*",
        "e*": "e*",
        "e* in all fields": " ".join(f"{field}:e*" for field in fields),
        "all letters": " ".join(letters),
        "all letters, one OR": " OR ".join(letters),
        "all letters, one AND": " AND ".join(letters),
        "all letters, in titles": " OR ".join(f"title:{letter}" for letter in letters),
        "thousands of beginnings": " ".join(beginnings[:5_000]),
        "thousands of beginnings, one OR": " OR ".join(beginnings[:5_000]),
        "no article begins so": " ".join(f"-{letter}" for letter in letters),
        "stars in a row": "a" + "*" * 10_000,
        "stars within words": " ".join(f"{word}*{word}*" for word in words.shuffled[:1_000]),
    }


def _phrases(words: Words) -> dict[str, str]:
    often = words.frequent
    return {
        "de la": '"de la"',
        "de la, any order": '"de la"~9999',
        "stop words": '"de la" "et les" "dans le" "à la" "que les" "en un"',
        "16 most frequent in a row": f'"{" ".join(often[:16])}"',
        "64 most frequent near": f'"{" ".join(often[:64])}"~9999',
        "two words, huge slop": '"guerre paix"~100000',
        "64 phrases of two": " OR ".join(f'"{a} {b}"' for a, b in _pairs(often, 64)),
        "64 phrases of two, near": " OR ".join(f'"{a} {b}"~9999' for a, b in _pairs(often, 64)),
        "64 phrases of 32, near": " ".join(
            f'"{" ".join(often[n : n + 32])}"~99' for n in range(64)
        ),
        "a phrase of ten thousand": f'"{" ".join(words.shuffled[:10_000])}"',
        "one word twice, near": '"de de de de de de de de"~9999',
        "ten thousand quotation marks": '"' * 10_001,
        "ten thousand empty phrases": '"" ' * 10_000,
    }


def _structures(words: Words) -> dict[str, str]:
    many = words.shuffled
    return {
        "200 deep": "(" * 200 + "guerre" + ")" * 200,
        "200 deep, each with a word": "".join(f"({w} OR " for w in many[:200]) + "x" + ")" * 200,
        "200 deep, each negated": "NOT (" * 200 + "guerre" + ")" * 200,
        "ten thousand opened": "(" * 10_000 + "guerre",
        "ten thousand closed": "guerre" + ")" * 10_000,
        "pairs the wrong way": ")(" * 10_000 + "guerre",
        "operators alone": "AND OR NOT " * 3_000,
        "NOT three thousand times": "NOT " * 3_000 + "guerre",
        "only left out": "NOT guerre NOT paix -eau",
        "64 conditions negated": " ".join(f"NOT ({w} OR de)" for w in many[:64]),
        "fields of nothing": "title: source: author: date: " * 2_000,
    }


def _fields() -> dict[str, str]:
    days = ("0000-00-00", "9999-99-99", "99999-01-01", "-1", "2021-02-30", "1e9", "١٩٩٩", "2021..")
    return {
        "days out of range": " ".join(f"date:{day} before:{day} after:{day}" for day in days),
        "the first day and the last": "after:0001 before:9999 date:0001..9999 guerre",
        "a thousand authors": " ".join(f"author:nom{n}" for n in range(1_000)),
        "64 authors and sections": " ".join(f"author:a{n} section:b{n}" for n in range(32)),
        "every source": "source:a OR source:o OR source:le OR source:la OR source:orange",
        "a thousand languages": " ".join(f"language:{n:03}" for n in range(1_000)),
    }


def _signs(words: Words) -> dict[str, str]:
    return {
        "like a regular expression": r"^(a+)+$ [a-z]{1,9999} (?:.*)* \b\w+\b (x+x+)+y .*.*.*.*=.*",
        "an expression, repeated": "(a+)+" * 2_000 + "!",
        "dots and commas": "1.2,3.4," * 2_500,
        "initials": "S.N.C.F." * 2_500,
        "apostrophes": "l'" * 5_000 + "eau",
        "hyphens": "a-" * 5_000 + "b",
        "figures with spaces": "1" + " 000" * 5_000,
        "mixed scripts": "guerre война 戦争 الحرب युद्ध πόλεμος מלחמה 전쟁 สงคราม " * 200,
        "a word of ten thousand": "a" * 10_000,
        "ideographs in one piece": "戦争平和東京" * 2_000,
        "a lone ideograph": "戦 争 平 和 東 京",
        "a ligature a thousand times": "\ufdfa" * 1_000,
        "a ligature, as words": "\ufdfa " * 1_000,
        "marks by the thousand": "e" + "\u0301" * 10_000,
        "marks on every letter": "".join(c + "\u0301\u0323" * 50 for c in "guerre et paix" * 10),
        "right to left": "\u202eerreug\u202c \u2067\u200f" * 1_000 + "guerre",
        "no width": "\u200b\u200d\ufeff\u2060" * 2_500 + "guerre",
        "NUL and controls": "gue\x00rre \x00 \x07\x1b[31m" * 1_000,
        "lone surrogates": "\ud800\udfff guerre \udc80" * 1_000,
        "signs beyond the plane": "🚀𝔤𝔲𝔢𝔯𝔯𝔢👩‍👩‍👧‍👦" * 500,
        "nothing": "",
        "white space": " \t\n\u3000" * 2_500,
        "capitals that grow": "ŉǰΐẞİﬃ" * 1_500,
        "markup": "<script>alert(1)</script>' OR 1=1;-- ../../etc/passwd {{7*7}} %00 " * 100,
        "words of the archive, glued": "".join(words.shuffled[:2_000]),
    }


def _pairs(words: list[str], number: int) -> list[tuple[str, str]]:
    return list(islice(permutations(words, 2), number))


def sample_words(services: Services) -> Words:
    """Of articles from all over the archive."""
    ids = services.store.article_ids()
    chosen = random.Random(SEED).sample(ids, min(SAMPLED_ARTICLES, len(ids)))
    texts = (article.text for article in services.store.get_many(chosen))
    counted = Counter(word for text in texts for word in re.findall(r"[^\W\d_]+", text.casefold()))
    shuffled = sorted(counted)
    random.Random(SEED).shuffle(shuffled)
    prefixes = list(dict.fromkeys(word[:3] for word in shuffled if len(word) > 3))
    return Words(shuffled, [word for word, _ in counted.most_common()], prefixes)


def measure_cold_and_warm(services: Services, name: str, text: str) -> bool:
    """Whether the query was answered, or refused, in time, both times; prints the figures."""
    opened = Services(services.settings, services.embedder)
    opened.engine.checkpoint()
    opened.search.understand("a")
    cold, warm = measure(opened, text), measure(opened, text)
    opened.close()
    is_well = warm.is_answer and max(cold.seconds, warm.seconds) < MAX_SECONDS
    figures = f"{cold.seconds:7.3f} s {warm.seconds:7.3f} s {warm.total:6}"
    verdict = "" if is_well else "   MISSED"
    print(f"{name:34} {figures}  {warm.said}{verdict}", flush=True)
    return is_well


def measure(services: Services, text: str) -> Measured:
    started = time.perf_counter()
    try:
        page = services.search.search(SearchQuery(text, with_facets=True))
        total, said, is_answer = page.total, " / ".join(page.notices), True
    except Exception as exc:  # whatever it is, it is the finding
        total, said, is_answer = 0, f"{type(exc).__name__}: {exc}", isinstance(exc, QueryError)
    seconds = time.perf_counter() - started
    shown = said if len(said) <= SHOWN_CHARACTERS else said[:SHOWN_CHARACTERS] + "…"
    return Measured(seconds, total, shown.encode("ascii", "replace").decode(), is_answer)


@contextmanager
def _archive(folder: Path, articles: int | None) -> Iterator[Services]:
    """The archive in the folder, or one built from its articles."""
    if (folder / "archive.sqlite").exists():
        services = Services(Settings(home=folder))
        services.embedder.encode_query("guerre")
        yield services
        services.close()
        return
    with tempfile.TemporaryDirectory(prefix="hemero-hostile-") as home:
        services = Services(Settings(home=Path(home)))
        for _ in ingest(islice(read_file(find_articles(folder)), articles), services.store):
            pass
        services.index()
        yield services
        services.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, help="only the first so many")
    parser.add_argument("--only", default="", metavar="PART")
    return parser.parse_args()


if __name__ == "__main__":
    main()
