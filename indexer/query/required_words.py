"""The query as a set rather than a ranking: every one of its words is required. Pure.

A search only ranks by plain words; counting articles over time requires them all.
"""

from collections.abc import Iterable
from dataclasses import replace

from indexer.query.records import Condition, Not, Query
from indexer.query.syntax import Joined, Node, Text
from indexer.query.words import read_pieces


def require_words(query: Query) -> Query:
    """The query whose `words` are only those that no condition mentions.

    An article that meets its conditions and holds these words holds all that was asked for.
    """
    if not query.conditions:
        return query
    pieces = (piece for text in _plain_texts(query.tree) for piece in read_pieces(text))
    tokens = {part for piece in pieces for part in piece.parts}
    return replace(query, words=tuple(w for w in query.words if tokens.issuperset(w.parts)))


def only_exclude(conditions: Iterable[Condition]) -> bool:
    """Whether the conditions only say what an article must not hold or be."""
    return all(isinstance(condition, Not) for condition in conditions)


def _plain_texts(node: Node) -> list[Text]:
    """The texts that stand side by side, unquoted, in no field and under no operator."""
    if isinstance(node, Joined) and node.how == "side":
        return [text for part in node.nodes for text in _plain_texts(part)]
    plain = isinstance(node, Text) and node.name is None and not node.quoted
    return [node] if plain and isinstance(node, Text) else []
