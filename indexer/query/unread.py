"""Signs that other search engines read as operators and this one does not. Pure."""

import regex

from archive.messages import Message
from indexer.query.syntax import MAX_NOTICES, OPERATORS, Negated, Node, Text
from indexer.wordings import QUOTED_OPERATOR, UNREAD_SIGN

# A wildcard inside or before a word, and what makes a word fuzzy or heavier elsewhere. Not the
# question mark of an address.
_UNREAD = regex.compile(r"(?<=\w)[*?]++(?=\w)|(?<!\S)\*++(?=\w)|(?<=\w)(?:~\d*+|\^\d++)$")
_UNREAD_QUOTED = regex.compile(r"(?<=\w)\*|\*(?=\w)|(?<=\w)\?(?=\w)")
_OPERATOR = regex.compile(rf"(?<=\s)(?:{'|'.join(OPERATORS)})(?=\s)")


def explain_unread(tree: Node) -> list[Message]:
    """Return a notice on each sign that the query has and the search does not read."""
    return [notice for text in _texts(tree) for notice in _explain(text)][:MAX_NOTICES]


def _texts(node: Node) -> list[Text]:
    if isinstance(node, Text):
        return [node]
    if isinstance(node, Negated):
        return _texts(node.node)
    return [text for part in node.nodes for text in _texts(part)]


def _explain(text: Text) -> list[Message]:
    if not text.quoted:
        signs = [] if "://" in text.text else _UNREAD.finditer(text.text)
        return [_unread(text, sign) for sign in signs]
    operators = [] if text.text.isupper() else _OPERATOR.finditer(text.text)
    return [
        *(_unread(text, sign) for sign in _UNREAD_QUOTED.finditer(text.text)),
        *(QUOTED_OPERATOR(operator=found.group()) for found in operators),
    ]


def _unread(text: Text, sign: "regex.Match[str]") -> Message:
    return UNREAD_SIGN(sign=sign.group(), place=text.start + sign.start() + 1)
