"""Strings that break programs: a few dozen of our own, and collections that a path names."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

# Whatever of these runs in a browser calls `hostile`, which a page under test counts.
OWN = (
    "<script>hostile(1)</script>",
    "</script><script>hostile(2)</script>",
    "</title></textarea></style><script>hostile(3)</script>",
    "\"><img src=x onerror=hostile(4)>",
    "'><svg onload=hostile(5)>",
    "\" autofocus onfocus=hostile(6) x=\"",
    "' autofocus onfocus=hostile(7) x='",
    "x onmouseover=hostile(8) y",
    "javascript:hostile(9)",
    "JaVaScRiPt&colon;hostile(10)",
    "java\tscript:hostile(11)",
    "data:text/html,<script>hostile(12)</script>",
    "vbscript:hostile(13)",
    "-->\"'><details open ontoggle=hostile(14)>",
    "]]><script xmlns='http://www.w3.org/1999/xhtml'>hostile(15)</script>",
    "<?xml-stylesheet href='javascript:hostile(16)'?>",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>",
    "<iframe srcdoc='<script>parent.hostile(17)</script>'>",
    "<hm-foreign a='b'>",
    "<base href='//foreign.example/'>",
    "<meta http-equiv=refresh content='0;url=//foreign.example/'>",
    "<style>@import'//foreign.example/x.css';</style>",
    "<form action=//foreign.example/><input name=q>",
    "<a href='javascript:hostile(18)'>press</a>",
    "{{7*7}}{% for x in ().__class__.__mro__ %}{{ x }}{% endfor %}",
    "${7*7} #{7*7} %(password)s %s %n {0} {0.__class__}",
    "' OR '1'='1' --",
    "'; DROP TABLE article; --",
    "\" UNION SELECT * FROM sqlite_master --",
    "%00%0d%0aSet-Cookie:%20hostile=1",
    "a\r\nSet-Cookie: hostile=1\r\n\r\n<script>hostile(19)</script>",
    "\x00\x01\x02\x1b[31m\x7f\x85",
    "\ud800",
    "\ufeff\ufffe\uffff",
    "\u202egnp.\u2066\u200b\u200d\u2028\u2029",
    "Z\u0351\u036b\u0343a\u0321l\u0322g\u0323o" * 20,
    "\ufdfa" * 400,
    "a" + "\u0300" * 2_400 + "\u0316" * 2_400,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 50,
    "\u0130\u0131\u017f\u1e9e\u212a\u00df",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/passwd\x00.html",
    "//foreign.example/%2e%2e",
    "\\\\foreign.example\\x",
    "http://foreign.example\\@127.0.0.1/",
    "http://[::ffff:127.0.0.1]:80/",
    "http://[",
    "=HYPERLINK(\"http://foreign.example\",\"x\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-1", "0", "1e999", "NaN", "-Infinity", "0x7f", "1_0", "\u0663", "9" * 5_000, "1.0.0",
    "null", "undefined", "true", "[]", "{}", "__proto__", "constructor",
    "(" * 500, "\"" * 501, "\"unclosed", "NOT NOT NOT", "a AND", "OR OR", "author:", "title:\"",
    "* ? ~", "m* OR *", "-" * 300, "date:9999-99-99", "after:0000 before:99999", "section:::",
    "a" * 20_000, "a " * 5_000, " ", "",
)  # fmt: skip
MAX_CHARACTERS = 5_000


def read_collections(folder: Path) -> list[str]:
    """Naughty strings and XSS cases found below `folder`, and a tokenizer's test inputs after them.

    Each once, ours first. An empty list stands for a folder that holds none of the known files.
    """
    found = [*OWN] if folder.is_dir() else []
    for path in sorted(folder.rglob("blns.json")):
        found += json.loads(path.read_text("utf-8"))
    for path in sorted([*folder.rglob("xss/*.txt"), *folder.rglob("xss/*/*.test")]):
        found += _read_cases(path.read_text("utf-8", "replace"))
    for path in sorted(folder.rglob("tokenizer/*.test")):
        found += _read_tokenizer(json.loads(path.read_text("utf-8")))
    return list(dict.fromkeys(text[:MAX_CHARACTERS] for text in found))


def _read_cases(text: str) -> Iterator[str]:
    """The input before `--`, and every piece of markup within quotes."""
    yield text.partition("\n--\n")[0].strip()
    for quoted in re.finditer(r"'''(.+?)'''", text, re.DOTALL):
        yield quoted[1]
    for line in text.splitlines():
        yield re.sub(r"^(>>>|\.\.\.) ?", "", line)


def _read_tokenizer(told: dict[str, list[dict[str, object]]]) -> Iterator[str]:
    for case in told.get("tests") or told.get("xmlViolationTests") or ():
        text = str(case["input"])
        yield text.encode().decode("unicode_escape") if case.get("doubleEscaped") else text
