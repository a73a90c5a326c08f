"""What a query demands of an article where all of its words count: for sets, not rankings. Pure.

A search ranks by plain words and demands none of them; whoever counts articles demands them all.
"""

from collections.abc import Iterable
from dataclasses import replace

from archive.text.normalize import clean_line
from indexer.query.records import Condition, Not, Query
from indexer.query.syntax import Joined, Node, Text, read_syntax
from indexer.query.words import read_pieces


def demand_words(query: Query, text: str) -> Query:
    """The query of this text with, as `words`, those alone that no condition speaks of.

    An article that meets the conditions and holds these words holds all that was asked for.
    """
    if not query.conditions:
        return query
    node, _ = read_syntax(clean_line(text))
    pieces = (piece for plain in _plain_texts(node) for piece in read_pieces(plain))
    tokens = {part for piece in pieces for part in piece.parts}
    return replace(query, words=tuple(w for w in query.words if tokens.issuperset(w.parts)))


def excludes_alone(conditions: Iterable[Condition]) -> bool:
    """Whether they name nothing an article should hold or be."""
    return all(isinstance(condition, Not) for condition in conditions)


def _plain_texts(node: Node) -> list[Text]:
    """What stands side by side, in no field and under no operator, as the parser reads it."""
    if isinstance(node, Joined) and node.how == "side":
        return [text for part in node.nodes for text in _plain_texts(part)]
    plain = isinstance(node, Text) and node.name is None and not node.quoted
    return [node] if plain and isinstance(node, Text) else []
