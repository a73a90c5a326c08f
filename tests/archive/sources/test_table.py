"""CSV and TSV: columns, delimiters, encodings, rows that do not end, and the way back."""

import gzip
import io
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.model import Article, ArticleDraft
from archive.sources import read_stream
from archive.sources.export import defuse_cell, restore_cell, write_table
from archive.sources.options import ReadOptions
from archive.text.normalize import clean_line
from tests.support.work import at_most

HEADER = "title,text\n"
BODY = "Le gouvernement a annoncé mardi une réforme."
GOOD = f"La réforme,{BODY}\n"


def test_every_field_by_its_own_name(draft: Any) -> None:
    data = (
        "id,title,text,published,modified,language,source,section,url,authors\r\n"
        '7,La réforme,"Un\r\n\r\nDeux",2021-03-01,2021-03-02,fr,Le Jour,Politique,http://a.org/7,'
        "Ana Sol; Luis Mar\r\n"
    )
    assert draft("a.csv", data) == ArticleDraft(
        title="La réforme",
        paragraphs=("Un", "Deux"),
        source="Le Jour",
        authors=("Ana Sol", "Luis Mar"),
        url="http://a.org/7",
        language="fr",
        published="2021-03-01",
        modified="2021-03-02",
        section="Politique",
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("header", [("Headline", "BODY", "Date"), ("titre", "Content", "pub date")])
def test_usual_names_and_delimiters(draft: Any, delimiter: str, header: tuple[str, ...]) -> None:
    header = tuple(name.replace("pub date", "Publication-Date") for name in header)
    row = ("La réforme", "Un texte", "2021-03-01")
    got = draft("a.csv", "\n".join(map(delimiter.join, (header, row))))
    assert (got.title, got.paragraphs, got.published) == ("La réforme", ("Un texte",), row[2])


def test_our_own_name_wins_over_a_synonym(draft: Any) -> None:
    assert draft("a.csv", "headline,title,text\nwrong,right,x\n").title == "right"
    assert draft("a.csv", "headline,title,text\nwrong,right,x\n").paragraphs == ("x",)


@pytest.mark.parametrize(
    "data",
    [
        (HEADER + GOOD).encode(),
        b"\xef\xbb\xbf" + (HEADER + GOOD).encode(),
        (HEADER + GOOD).encode("cp1252"),
        (HEADER + GOOD).encode("utf-16"),
        (HEADER + GOOD).encode("utf-32"),
        (HEADER + GOOD).replace("\n", "\r").encode(),
        gzip.compress((HEADER + GOOD).encode(), mtime=0),
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.tsv"])
def test_encodings(draft: Any, name: str, data: bytes) -> None:
    got = draft(name, data)
    assert (got.title, got.paragraphs) == ("La réforme", (BODY,))


def test_one_wrong_byte_late_in_utf_8_is_read_as_cp1252(read: Any) -> None:
    rows = [GOOD.encode()] * 3_000 + ["Été,Fin\n".encode("cp1252")]
    *_, last = read("a.csv", HEADER.encode() + b"".join(rows))
    assert last.draft.title == "Été"


def test_cyrillic_without_a_mark(draft: Any) -> None:
    text = "Правительство объявило во вторник о реформе пенсионной системы страны. " * 20
    assert draft("a.csv", f"title,text\nРеформа,{text}\n".encode("cp1251")).title == "Реформа"


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;", "\ufeffsep=;", "sep=~", "sep=\t"])
@pytest.mark.parametrize("name", ["a.csv", "a"])
def test_a_first_line_may_state_the_delimiter(read: Any, first: str, name: str) -> None:
    delimiter = first.strip('"')[-1]
    rows = (("title", "text", "a,b,c"), ("La réforme", BODY, ""))
    (item,) = read(name, "\r\n".join([first, *map(delimiter.join, rows)]))
    assert item.name == f"{name}:3"
    assert (item.draft.title, item.draft.paragraphs) == ("La réforme", (BODY,))


@pytest.mark.parametrize("title", ["headLine", "Post Title", "Título", "WEB-TITLE"])
def test_columns_are_known_under_the_names_that_json_has(draft: Any, title: str) -> None:
    data = f"{title},bodyHtml,publishedAt\nx,<p>Un</p>,2021-03-01\n"
    got = draft("a.csv", data)
    assert (got.title, got.paragraphs, got.published) == ("x", ("Un",), "2021-03-01")


def test_an_empty_cell_gives_way_to_another_column_of_its_field(draft: Any) -> None:
    assert draft("a.csv", "title,text,content\nx,,Un texte\n").paragraphs == ("Un texte",)


def test_columns_of_the_users_choice(draft: Any, problem: Any) -> None:
    data = "Kopf,Inhalt,Blatt\nTitel,Ein Text,Die Zeit\n"
    columns = {"title": "kopf", "text": "Inhalt", "source": "Blatt"}
    got = draft("a.csv", data, columns=columns)
    assert (got.title, got.paragraphs, got.source) == ("Titel", ("Ein Text",), "Die Zeit")
    assert problem("a.csv", data, columns={"text": "Nein"}) == (
        "no column 'Nein'; the columns are: Kopf, Inhalt, Blatt"
    )


def test_a_table_without_title_and_text_names_its_columns(problem: Any) -> None:
    assert problem("a.csv", "a,b\n1,2\n3,4\n") == (
        "no column for title or text; the columns are: a, b;"
        " name them with --columns title=COL,text=COL"
    )
    assert "the columns are: none" in problem("a.csv", "")
    assert "no column for title or text" in problem("a.csv", bytes(range(256)) * 100)


def test_a_table_of_unknown_name(draft: Any, read: Any) -> None:
    assert draft("a", HEADER + GOOD).title == "La réforme"
    assert read("b", "Un titre, un texte\n\nUn texte")[0].draft.title == "Un titre, un texte"


def test_blank_rows_are_passed_over_and_rows_are_numbered(read: Any) -> None:
    items = read("a.csv", HEADER + "\n" + GOOD + ",\n" + "x,y\n")
    assert [item.name for item in items] == ["a.csv:3", "a.csv:5"]


def test_a_row_with_too_many_cells_spoils_no_other(read: Any) -> None:
    first, broken, last = read("a.csv", HEADER + GOOD + "x,y, et z\n" + GOOD)
    assert first.draft == last.draft
    assert broken.name == "a.csv:3"
    assert str(broken.problem) == "3 cells under 2 columns; quote cells that hold the delimiter"


@pytest.mark.parametrize("rest", [3, 200_000])
def test_a_quote_that_does_not_end_loses_its_row_alone(read: Any, rest: int) -> None:
    first, broken, *others = read("a.csv", HEADER + GOOD + 'x,"y\n' + GOOD * rest)
    assert broken.name == "a.csv:3"
    assert "a quote that does not end" in str(broken.problem)
    assert len(others) == rest
    assert all(item.draft == first.draft for item in (others[0], others[-1]))


@pytest.mark.parametrize("cell", ["a" * 20_000_000, '"' + ("a" * 99 + "\n") * 200_000 + '"'])
def test_a_cell_of_20_mb_loses_its_row_alone(read: Any, cell: str) -> None:
    broken, last = read("a.csv", HEADER + f"x,{cell}\n" + GOOD)
    assert broken.name == "a.csv:2"
    assert "a row over 10 MB" in str(broken.problem)
    assert last.draft.title == "La réforme"


def test_quotes_made_to_cost_time_are_given_up(read: Any) -> None:
    with at_most(60):
        *_, last = read("a.csv", HEADER + f'a"b,"{"c" * 90}\n' * 150_000)
        assert "rows that do not end; stopped" in str(last.problem)


def test_nul_and_control_characters_are_cleaned(draft: Any) -> None:
    got = draft("a.csv", HEADER + "La\x00 réforme\x07,Un\x00 texte\n")
    assert (clean_line(got.title), got.paragraphs) == ("La réforme", ("Un texte",))


def test_a_cut_gzip_keeps_the_rows_before_the_cut(read: Any) -> None:
    rows = "".join(f"Titre {n},{hash(n * 1.1)}\n" for n in range(5_000))
    *kept, last = read("a.csv.gz", gzip.compress((HEADER + rows).encode())[:-9_000])
    assert len(kept) > 1_000
    assert last.name == f"a.csv.gz:{len(kept) + 2}"
    assert "damaged" in str(last.problem)


line = st.text(st.characters(exclude_categories=["Cs"])).map(clean_line)
text = st.one_of(line, st.sampled_from("=+-@'").flatmap(lambda c: line.map(lambda s: c + s)))
tricky = st.one_of(text, st.sampled_from(['"', ',"', "''", "'=1", "-", "a;b", 'x"y', "\ufeffz"]))
cell = tricky.map(clean_line)


@example("t", ["p"], None, ["Agence de la mer, Bureau de Brest"])
@example("t", ["p"], None, ["Ana Sol, Eva Mar", "Dupont, Jean"])
@given(
    title=cell,
    paragraphs=st.lists(cell.filter(bool), min_size=1, max_size=4),
    source=cell.map(lambda s: s or None),
    authors=st.lists(cell.filter(lambda s: s and ";" not in s), max_size=3),
)
def test_what_is_exported_is_read_back(
    title: str, paragraphs: list[str], source: str | None, authors: list[str]
) -> None:
    article = Article(
        1, 1, title, tuple(paragraphs), source, tuple(authors), "http://a.org/", "fr", None, "", "h"
    )
    stream = io.StringIO(newline="")
    write_table([article, article], stream)
    data = io.BufferedReader(io.BytesIO(stream.getvalue().encode()))  # type: ignore[arg-type]
    items = list(read_stream(data, "a.csv", ReadOptions()))
    expected = ArticleDraft(
        title, tuple(paragraphs), source, tuple(authors), "http://a.org/", language="fr"
    )
    assert [item.draft for item in items] == [expected] * 2


@pytest.mark.parametrize("start", list("=+-@＝＋－＠"))
def test_no_exported_cell_is_a_formula(start: str) -> None:
    article = Article(
        1, 1, f"{start}1", (f"{start}2",), None, (f"{start}3",), None, "fr", None, "", "h"
    )
    stream = io.StringIO(newline="")
    write_table([article], stream)
    assert f"1,'{start}1,'{start}2," in stream.getvalue()
    assert stream.getvalue().endswith(f"'{start}3\r\n")


@pytest.mark.parametrize("cell", ["Prix ; =1+1", "a;=1+1", "a;@x", "a\n=1+1", "a\t-1", "a;＝1"])
def test_no_part_of_an_exported_cell_is_a_formula(cell: str) -> None:
    """Some spreadsheets part columns at semicolons, and do not see the quotes around the cell."""
    for part in re.split(r"[;\n\t] *", defuse_cell(cell)):
        assert not part.startswith(tuple("=+-@＝＋－＠"))


@given(st.text(st.sampled_from("=+-@';\n\r\t a\uff1d")))
def test_defused_cells_are_restored(cell: str) -> None:
    assert restore_cell(defuse_cell(cell)) == cell
