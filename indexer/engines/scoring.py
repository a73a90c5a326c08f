"""The keyword score that every engine gives, its constants, and the terms it is made of.

An article has two fields, title and body, and each of them two lists of terms (`field_terms`): the
ranked terms, stemmed in the article's language, and the exact words in their order. For a term in
one of these four lists, of the N articles of the index h hold it, in any language, and the term is
worth to an article that has it f times

    idf * f * (K1 + 1) / (f + K1 * (1 - B + B * length / mean length))
    idf = ln(1 + (N - h + 0.5) / (h + 0.5)), and 0 if no article holds the term

(BM25; Robertson & Zaragoza, The Probabilistic Relevance Framework, 2009). The length of a list is
the number of ranked terms of the same field, also for exact words; an engine may round it. A run of
exact words side by side is a term of its own, and so are, taken together, the words that begin with
a prefix.

- A word scores, in title and body, as its term in each language that asks for it (`asked_words`;
  articles of other languages do not count it), plus EXACT_WEIGHT times its exact form in these.
- A form of several parts "apart" scores as the sum of the parts; "together" or "prefix" it scores
  1 + EXACT_WEIGHT times the run, or the prefix, in the exact words of all languages.
- Of a query word's forms an article counts the best, each times its weight.
- Each of the first MAX_PAIRS of the query's pairs adds PAIR_WEIGHT times the run of its two words,
  in languages in which neither is a stop word. Pairs are left out that are stop words everywhere or
  of which both words are in more than MAX_PAIR_ARTICLES titles or bodies.

The score is the sum over the query's words and pairs. A perfect match in a language scores
idf * (K1 + 1) for each term in both fields; `share` is the score divided by that, at most 1.

`held` is the share of the query's words that the article holds in any of their forms, of those that
its language is asked. A word weighs ln(1 + (n - h + 0.5) / (h + 0.5)), where h of the n articles of
the language hold it. It is 1 where no words are asked.

A prefix stands for the MAX_EXPANSIONS words that begin so and occur in most titles and bodies, in
alphabetical order where they tie; an engine may look at the first few hundred such words only.

`coverage` of a language is the share of the distinct tokens of the words that are asked of it whose
term some article of the language holds in a ranked list.
"""

from indexer.analysis import analyze_tokens, compounds, inner_words, tokenize

K1 = 0.9
B = 0.6
EXACT_WEIGHT = 0.3
PAIR_WEIGHT = 0.2
# Pairs of frequent words say little and are expensive to find.
MAX_PAIRS = 12
MAX_PAIR_ARTICLES = 2_000
MAX_EXPANSIONS = 64
# Sums of weights are rounded: from this share on an article holds all the words.
ALL_HELD = 0.999


def field_terms(text: str, language: str) -> tuple[list[str], list[str]]:
    """The ranked terms of a title or body, and its exact words in order.

    Terms of compounds and of words inside tokens stand last.

    An engine needs no analyzer of its own: it indexes these terms as they are.
    """
    tokens = tokenize(text)
    words = [token.folded for token in tokens]
    further = [*compounds(text, tokens), *inner_words(text, tokens)]
    return analyze_tokens(words + [word.folded for word in further], language), words
