"""`hemero timeline`."""

import csv
import json
from io import StringIO
from pathlib import Path

from tests.support.web import RunHemero


def test_the_command(run: RunHemero, tmp_path: Path) -> None:
    lines = (
        '{"title": "Un", "text": "Des missiles.", "published": "2021-12-03", "language": "fr"}\n'
        '{"title": "Deux", "text": "Des drones.", "published": "2021-12-05", "language": "fr"}\n'
    )
    (tmp_path / "some.jsonl").write_text(lines)
    run("add", str(tmp_path / "some.jsonl"))
    made = run("timeline", "missile", "--with", "drone")
    assert made.exit_code == 0
    assert "2021-12-03" in made.output
    assert "missile: 1 article\n" in made.output
    record = json.loads(run("timeline", "missile", "--unit", "month", "--json").output)
    assert record["bars"] == [
        {"first": "2021-12-01", "last": "2021-12-31", "archive": 2, "counts": [1], "shares": [0.5]}
    ]
    text = run("timeline", "missile", "--unit", "month", "--csv").output
    assert list(csv.reader(StringIO(text)))[1] == ["2021-12-01", "2021-12-31", "2", "1", "0.500000"]
    assert run("timeline", "!?").exit_code == 64
