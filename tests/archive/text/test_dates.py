"""Dates as sources write them: with the precision and the clock that they have, never more."""

import pytest

from archive.errors import FieldRefusedError
from archive.model import ArticleDraft
from archive.text.normalize import normalize_draft, parse_published
from archive.text.zones import Zones, read_zones

PARIS = read_zones("Europe/Paris", ["La Presse = America/Toronto"])


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("décembre 2021", "2021-12"),
        ("Juin 2021", "2021-06"),
        ("March 2018", "2018-03"),
        ("Dec. 2021", "2021-12"),
        ("Dezember 2021", "2021-12"),
        ("diciembre de 2021", "2021-12"),
        ("Декабрь 2021", "2021-12"),
        ("2021年12月", "2021-12"),
        ("2021-12", "2021-12"),
        ("12/2021", "2021-12"),
        ("5.2017", "2017-05"),
        ("2021-12-00", "2021-12"),
        ("2021-00-00", "2021"),
        ("2021", "2021"),
        (" 1905 ", "1905"),
        ("2021-12-01", "2021-12-01"),
        ("1er décembre 2021", "2021-12-01"),
    ],
)
def test_a_month_and_a_year_stay_what_they_are(raw: str, kept: str) -> None:
    assert parse_published(raw) == kept
    assert parse_published(kept) == kept


@pytest.mark.parametrize(
    "raw",
    ["13/2021", "2021-13", "0000", "décembre", "décembre 21", "10:30 décembre 2021", "2021-W05",
     "2021/22", "0000-00-00"],
)  # fmt: skip
def test_what_is_neither_month_nor_year_is_refused(raw: str) -> None:
    with pytest.raises(FieldRefusedError, match="not a date"):
        parse_published(raw)


@pytest.mark.parametrize(
    ("raw", "stored", "offset"),
    [
        ("2021-12-04T00:30:00+01:00", "2021-12-03T23:30:00Z", 60),
        ("Sat, 04 Dec 2021 00:30:00 CET", "2021-12-03T23:30:00Z", 60),
        ("Sat, 04 Dec 2021 00:30:00 EST", "2021-12-04T05:30:00Z", -300),
        ("2021-12-04 00:30 Europe/Paris", "2021-12-03T23:30:00Z", 60),
        ("2021-07-04 00:30 Europe/Paris", "2021-07-03T22:30:00Z", 120),
        ("2021-12-04T00:30:00+01:00[Europe/Paris]", "2021-12-03T23:30:00Z", 60),
        ("2021-12-03T23:30:00Z[Europe/Paris]", "2021-12-03T23:30:00Z", 60),
        ("4 décembre 2021 00:30 America/Argentina/Salta", "2021-12-04T03:30:00Z", -180),
        ("July 4, 2021 8:30 PM ET", "2021-07-05T00:30:00Z", -240),
        ("2021-12-04 07:00 JST", "2021-12-03T22:00:00Z", 540),
        ("2021-12-04T00:30:00", "2021-12-04T00:30:00Z", None),
        ("2021-12-03T23:30:00Z", "2021-12-03T23:30:00Z", 0),
        ("2021-12-04", "2021-12-04", None),
    ],
)
def test_a_time_keeps_the_clock_that_it_names(raw: str, stored: str, offset: int | None) -> None:
    draft = normalize_draft(ArticleDraft("", ("Un texte.",), published=raw))
    assert (draft.published, draft.published_offset) == (stored, offset)


@pytest.mark.parametrize(
    ("raw", "source", "stored", "offset"),
    [
        ("2021-12-04T00:30:00", "Le Fanal", "2021-12-03T23:30:00Z", 60),
        ("2021-12-03T23:30:00Z", "Le Fanal", "2021-12-03T23:30:00Z", 60),
        ("Fri, 03 Dec 2021 23:30:00 GMT", None, "2021-12-03T23:30:00Z", 60),
        ("2021-07-04T00:30:00", None, "2021-07-03T22:30:00Z", 120),
        ("2021-12-04T00:30:00", "la PRESSE", "2021-12-04T05:30:00Z", -300),
        ("2021-12-04T00:30:00+09:00", "Le Fanal", "2021-12-03T15:30:00Z", 540),
        ("2021-12", "Le Fanal", "2021-12", None),
    ],
)
def test_a_time_that_names_no_clock_is_on_that_of_the_outlet(
    raw: str, source: str | None, stored: str, offset: int | None
) -> None:
    draft = normalize_draft(ArticleDraft("", ("Un texte.",), source=source, published=raw), PARIS)
    assert (draft.published, draft.published_offset) == (stored, offset)


def test_zones_that_do_not_exist_are_refused() -> None:
    for archive, outlets in (("Mars/Olympus", []), ("", ["Le Fanal=Nowhere"]), ("", ["=UTC"])):
        with pytest.raises(ValueError, match=r".*"):
            read_zones(archive, outlets)
    assert read_zones("", []) == Zones()
