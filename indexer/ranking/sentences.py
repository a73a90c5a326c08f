"""The sentence nearest to the query, for passages found by their meaning alone."""

from collections.abc import Iterable
from dataclasses import replace

from archive.model import PARAGRAPH_BREAK
from indexer.engines.port import Vectors
from indexer.models.embedding import Embedder
from indexer.passages import Span, sentence_spans
from indexer.ranking.reasons import PassageReason
from indexer.ranking.result_page import SearchPage

# A page of ten results has up to thirty passages of about four sentences.
MAX_SENTENCES = 120


def mark_sentences(page: SearchPage, query_vector: Vectors, embedder: Embedder) -> SearchPage:
    """Set `sentence` of each passage without words of the query, by one call of the model.

    Raises ModelError.
    """
    sought = [
        (reason, span)
        for result in page.results
        for reason in result.passages
        if reason.cosine is not None and not reason.marks
        for span in passage_sentences(reason.passage.text)
    ][:MAX_SENTENCES]
    if not sought:
        return page
    texts = [reason.passage.text[start:end] for reason, (start, end) in sought]
    cosines = (embedder.encode_passages(texts) @ query_vector).tolist()
    nearest: dict[int, tuple[float, Span]] = {}
    for (reason, span), cosine in zip(sought, cosines, strict=True):
        best = nearest.get(reason.passage.id)
        if best is None or cosine > best[0]:
            nearest[reason.passage.id] = cosine, span
    spans = {passage: span for passage, (_, span) in nearest.items()}
    return replace(
        page,
        results=tuple(replace(r, passages=_mark(r.passages, spans)) for r in page.results),
    )


def passage_sentences(text: str) -> list[Span]:
    """The spans of a passage's sentences, none of which crosses a paragraph's end."""
    spans, offset = [], 0
    for paragraph in text.split(PARAGRAPH_BREAK):
        spans += [(offset + start, offset + end) for start, end in sentence_spans(paragraph)]
        offset += len(paragraph) + len(PARAGRAPH_BREAK)
    return spans


def _mark(reasons: Iterable[PassageReason], spans: dict[int, Span]) -> tuple[PassageReason, ...]:
    return tuple(replace(reason, sentence=spans.get(reason.passage.id)) for reason in reasons)
