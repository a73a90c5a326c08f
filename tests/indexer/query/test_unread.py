import pytest

from indexer.query import parse_query
from indexer.wordings import QUOTED_OPERATOR, UNREAD_SIGN


@pytest.mark.parametrize(
    ("query", "sign", "place"),
    [
        ('"avions mil*"', "*", 12),
        ('"av* militaires"', "*", 4),
        ('title:"avions mil*"', "*", 18),
        ('NOT "avions mil*" soupe', "*", 16),
        ("miss?les", "?", 5),
        ("mis*les", "*", 4),
        ("soupe *les", "*", 7),
        ("missile~2", "~2", 8),
        ("missile^3", "^3", 8),
    ],
)
def test_a_sign_that_is_not_read_is_explained(query: str, sign: str, place: int) -> None:
    assert UNREAD_SIGN(sign=sign, place=place) in parse_query(query).notices


@pytest.mark.parametrize(
    "query",
    ["missil*", '"qui vive ?"', "qui ? quoi ?", "***", "* note", "https://a.example/?a=b?c"],
)
def test_signs_that_are_read_or_mean_nothing_are_not_explained(query: str) -> None:
    assert not parse_query("soupe " + query).notices


def test_an_operator_within_quotation_marks_is_explained() -> None:
    assert QUOTED_OPERATOR(operator="OR") in parse_query('"missiles OR drones"').notices
    assert not parse_query('"GUERRE ET PAIX"').notices
    assert not parse_query('"guerre et paix"').notices
