"""What this layer says, in English; each front words it in its reader's language."""

from archive.messages import define, define_plural

# Fetching
NOT_PUBLIC = define(
    "not_public",
    "%(host)s leads to %(address)s, which is not a public address; allow its network if you trust"
    " it",
)
FETCH_TIMEOUT = define("fetch_timeout", "%(address)s took over %(seconds)s s; try later")
FETCH_FAILED = define(
    "fetch_failed", "Cannot fetch %(address)s: %(reason)s; check it, then try again"
)
TOO_MANY_REDIRECTS = define(
    "too_many_redirects", "%(address)s redirects more than %(number)s times; do not fetch it"
)
ADDRESS_WITH_PASSWORD = define(
    "address_with_password", "The address carries a user name or password; give it without"
)
NOT_FETCHABLE = define(
    "not_fetchable", "%(address)s is not a web address; give http(s)://host/path"
)
ANSWERED = define("answered", "%(address)s answered %(status)s; check the address")
ANSWERED_FOR_NOW = define("answered_for_now", "%(address)s answered %(status)s; try again later")
UNKNOWN_CODING = define(
    "unknown_coding", "The page is encoded as %(coding)s; only gzip can be read"
)
PAGE_TOO_LARGE = define(
    "page_too_large", "The page is larger than %(number)s bytes; allow more or skip it"
)
PAGE_CUT_SHORT = define("page_cut_short", "The compressed page is cut short; try again later")

# Text
NO_TEXT = define("no_text", "no text in it; an article needs at least one paragraph")
EMPTY = define("empty", "empty")
DOCUMENT_TOO_LARGE = define(
    "document_too_large", "over %(number)s MB; one article is expected to be smaller"
)
SAVE_AS_TEXT = define(
    "save_as_text", "a %(kind)s document, which is not read here; save it as HTML or text"
)
OFFICE_DOCUMENT = define(
    "office_document",
    "an office document (%(kind)s), which is not read here; save it as HTML or text, tables as CSV",
)
FEED_LIST = define(
    "feed_list", "a list of feeds (%(kind)s), not an article; take it in with hemero feeds import"
)
MAILBOX = define(
    "mailbox", "a mailbox (%(kind)s), which is not read here; save its mails as .eml files"
)
PICTURE = define("picture", "a picture (%(kind)s), which holds no text that is read here")
FILES_PASSED_OVER = define_plural(
    "files_passed_over",
    "%(number)s file of no known format passed over: %(names)s",
    "%(number)s files of no known format passed over: %(names)s",
)
MAIL_DAMAGED = define("mail_damaged", "a mail that cannot be taken apart (%(reason)s)")
MAIL_WITHOUT_TEXT = define("mail_without_text", "a mail without text")
CITATION_WITHOUT_TEXT = define(
    "citation_without_text", "a citation without text; add the article that it names"
)
RIS_DAMAGED = define("ris_damaged", "RIS that cannot be read: %(reason)s")
BINARY = define("binary", "binary data, not text")
UNKNOWN_ENCODING = define(
    "unknown_encoding", "not text in any known encoding; save it as UTF-8 and try again"
)
XML_ENTITIES = define("xml_entities", "XML that declares entities is not read; expand them first")
XML_BROKEN = define("xml_broken", "not well-formed XML: %(reason)s")
NOT_AN_ADDRESS = define("not_an_address", "not a web address: %(text)s")
ADDRESS_SECRET = define("address_secret", "the address carries a user name or password")
ADDRESS_TOO_LONG = define("address_too_long", "an address of %(number)s characters: %(text)s")
NOT_A_DATE = define("not_a_date", "not a date: %(text)s")
KEPT_WITHOUT = define("kept_without", "%(reason)s; kept without it")
LANGUAGE_CORRECTED = define("language_corrected", "given as %(given)s, but written in %(found)s")
CONTROL_CHARACTERS = define("control_characters", "this holds control characters; type it again")
NAME_TOO_LONG = define("name_too_long", "this is over %(number)s characters; shorten it")
NOTHING_TO_READ = define("nothing_to_read", "nothing to read in this; give a letter or a digit")

# Pages
NO_ARTICLE_FOUND = define(
    "no_article_found", "no article found in this page; paste its text instead"
)
PAGE_TOO_LONG = define(
    "page_too_long", "over %(number)s million characters; paste the article's text"
)
TAGS_TOO_DEEP = define(
    "tags_too_deep", "tags nested more than %(number)s deep; paste the article's text instead"
)
TOO_MANY_PAGE_TAGS = define(
    "too_many_page_tags", "over %(number)s tags; paste the article's text instead"
)
TOO_MANY_ATTRIBUTES = define(
    "too_many_attributes", "a tag with over %(number)s attributes; not read"
)
SITE_RULES_UNREADABLE = define("site_rules_unreadable", "%(path)s cannot be read: %(reason)s")
SITE_RULES_NOT_TOML = define("site_rules_not_toml", "the site rules are not valid TOML: %(reason)s")
SITE_RULES_NOT_TABLES = define(
    "site_rules_not_tables",
    'site rules are tables such as [site."lemonde.fr"], and nothing else',
)
SITE_RULE_NOT_A_TABLE = define("site_rule_not_a_table", "site %(site)s is not a table of selectors")
SITE_RULE_UNKNOWN_KEY = define(
    "site_rule_unknown_key", "site %(site)s: no key %(key)s; the keys are: %(keys)s"
)
SITE_RULE_BAD_SELECTOR = define(
    "site_rule_bad_selector",
    "site %(site)s: %(key)s is not a CSS selector: %(reason)s",
)

# Files and their formats
NO_SUCH_LOCATION = define("no_such_location", "no file, folder or web address: %(location)s")
UNREADABLE = define("unreadable", "cannot be read: %(reason)s")
UNREADABLE_UPLOAD = define("unreadable_upload", "cannot be read: %(reason)s; send it again")
NOT_HTML = define("not_html", "not a web page (%(kind)s); only HTML and text can be added")
NO_MEDIA_TYPE = define("no_media_type", "no media type")
NOT_JSON = define("not_json", "not JSON: %(reason)s")
NOT_AN_OBJECT = define("not_an_object", "not a JSON object with a title and a text")
LINE_TOO_LONG = define("line_too_long", "line over %(number)s MB")
NO_TEXT_FIELD = define(
    "no_text_field",
    "no text among the fields: %(names)s; name the one that holds it with --columns text=FIELD",
)
NO_TITLE_FIELD = define(
    "no_title_field",
    "no title among the fields: %(names)s; name the one that holds it with --columns title=FIELD",
)
FIELD_NOT_UNDERSTOOD = define(
    "field_not_understood", "field %(name)s has a form that is not understood"
)
EMPTY_LIST = define("empty_list", "a JSON list without articles")
OTHER_XML = define("other_xml", "XML of another kind, <%(name)s>; NITF and NewsML-G2 are read")
EMPTY_NEWS_MESSAGE = define("empty_news_message", "a news message without an item")
NO_TEXT_OF_ITS_OWN = define("no_text_of_its_own", "a %(kind)s, which has no text of its own")
ITEM_WITHOUT_TEXT = define("item_without_text", "a %(kind)s without a text; only texts are kept")
NINJS_WITHOUT_TEXT = define(
    "ninjs_without_text", "a ninjs %(kind)s without a text; only texts are kept"
)
WITHDRAWN = define("withdrawn", "%(state)s by its provider; not for publication")
NOT_CSV = define("not_csv", "not CSV: %(reason)s")
OPEN_QUOTE = define(
    "open_quote",
    "a quote that does not end, or a row over 10 MB; close it, then add the row again",
)
TOO_MANY_OPEN_ROWS = define("too_many_open_rows", "over %(number)s rows that do not end; stopped")
TOO_MANY_CELLS = define(
    "too_many_cells",
    "%(cells)s cells under %(width)s columns; quote cells that hold the delimiter",
)
NO_SUCH_COLUMN = define("no_such_column", "no column %(name)s; the columns are: %(columns)s")
NO_TITLE_OR_TEXT_COLUMN = define(
    "no_title_or_text_column",
    "no column for title or text; the columns are: %(columns)s; name them with --columns"
    " title=COL,text=COL",
)
NO_COLUMNS = define("no_columns", "none")

# Archives of files
DAMAGED = define("damaged", "damaged: %(reason)s")
DAMAGED_GET_AGAIN = define("damaged_get_again", "damaged: %(reason)s; get it again")
DAMAGED_FROM_HERE = define("damaged_from_here", "damaged from here on: %(reason)s")
NOT_READ_FROM_HERE = define("not_read_from_here", "not read from here on: %(reason)s")
UNPACKS_TOO_LARGE = define("unpacks_too_large", "unpacks to over %(number)s GB; add it in parts")
UNPACKS_LIKE_A_BOMB = define(
    "unpacks_like_a_bomb",
    "unpacks to over %(number)s times its size, as bombs do; unpack it yourself if you trust it",
)
PACKED_TWICE = define("packed_twice", "packed twice with gzip; unpack it once, then add it")
ARCHIVE_TOO_DEEP = define(
    "archive_too_deep", "an archive inside two others; unpack the outer one first"
)
ZIP_TOO_LARGE = define(
    "zip_too_large", "a zip over %(number)s GB here; add it as a file of its own"
)
OUTSIDE_PATH = define("outside_path", "its path leads out of the archive; not read")
LINK_NOT_FOLLOWED = define("link_not_followed", "a link, not a file; not followed")
DEVICE_NOT_FOLLOWED = define("device_not_followed", "a link or a device, not a file; not followed")
ENCRYPTED = define("encrypted", "encrypted; unpack it with its password first")
NO_PAGE_IN_WARC = define("no_page_in_warc", "no HTML page in this web archive")
WARC_CUT_SHORT = define("warc_cut_short", "the web archive is cut short in this page; get it again")
WARC_UNKNOWN_CODING = define(
    "warc_unknown_coding", "a page packed as %(coding)s, which cannot be read"
)
WARC_NOT_UNPACKED = define("warc_not_unpacked", "a page that cannot be unpacked: %(reason)s")

# Feeds
NOT_MODIFIED = define("not_modified", "not modified")
FEED_READ = define_plural("feed_read", "%(kind)s, %(number)s item", "%(kind)s, %(number)s items")
FEED_GONE = define("feed_gone", "answered 410 Gone: the feed has ended; its articles stay")
FEED_MOVED = define(
    "feed_moved",
    "moved to %(address)s, to which you are subscribed already; remove this one",
)
FEED_EMPTY = define("feed_empty", "a feed without items")
FEED_TOO_LARGE = define("feed_too_large", "over %(number)s MB; no feed is expected to be so large")
NOT_A_FEED = define("not_a_feed", "not a feed: neither RSS, Atom, RDF, JSON Feed nor sitemap")
PAGE_NOT_FEED = define("page_not_feed", "a web page, not a feed; give the address of its feed")
FEED_UNREADABLE = define("feed_unreadable", "a feed that cannot be read: %(reason)s")
SITEMAP_UNREADABLE = define("sitemap_unreadable", "a sitemap that cannot be read: %(reason)s")
GZIP_UNREADABLE = define("gzip_unreadable", "a compressed document that cannot be read: %(reason)s")
GZIP_BROKEN = define("gzip_broken", "a compressed document that is broken")
TOO_MANY_FEED_TAGS = define(
    "too_many_feed_tags", "over %(number)s tags in %(total)s items; not read"
)
JSON_FEED_UNREADABLE = define(
    "json_feed_unreadable", "not a feed: JSON that cannot be read (%(reason)s)"
)
JSON_FEED_WITHOUT_VERSION = define(
    "json_feed_without_version", "not a feed: JSON whose version is not a jsonfeed.org address"
)
FIRST_ITEMS_TAKEN = define("first_items_taken", "only the first %(number)s items were taken")
FIRST_ITEMS_OF = define("first_items_of", "only the first %(number)s of %(total)s items were taken")
NEWEST_ADDRESSES_TAKEN = define(
    "newest_addresses_taken", "only the newest %(number)s of %(total)s addresses were taken"
)
NEWEST_SITEMAPS_TAKEN = define(
    "newest_sitemaps_taken", "only the newest %(number)s of %(total)s sitemaps were taken"
)
TITLE_CUT = define("title_cut", "a title of %(total)s characters, cut to %(number)s")
TEXT_CUT = define("text_cut", "a text of %(total)s characters, cut to %(number)s")
LINK_REFUSED = define("link_refused", "link refused: %(reason)s")
DATED_IN_THE_FUTURE = define(
    "dated_in_the_future", "dated %(date)s, in the future; kept without it"
)
NO_CONTENT = define("no_content", "the feed gives no text for this item")
SUBSCRIBE_FIRST = define(
    "subscribe_first", "%(reason)s; subscribe to have its page fetched: hemero feeds add"
)
NO_FEED_NAMED = define("no_feed_named", "%(reason)s; the page names none either: %(address)s")
NAMED_FEEDS_UNREADABLE = define_plural(
    "named_feeds_unreadable",
    "the page names %(number)s feed, which cannot be read: %(reason)s",
    "the page names %(number)s feeds, and none can be read: %(reason)s",
)
OPML_TOO_LARGE = define("opml_too_large", "over %(number)s MB; no list of feeds is so long")
OPML_ENTITIES = define(
    "opml_entities", "refused: it declares XML entities, which no list of feeds needs"
)
NOT_OPML = define("not_opml", "not OPML: %(reason)s")
NOT_OPML_ROOT = define("not_opml_root", "not OPML: its first element is not <opml>")
NO_XML_URL = define("no_xml_url", "it has no xmlUrl")
ROBOTS_FORBID = define("robots_forbid", "robots.txt of %(site)s asks not to fetch this address")
ROBOTS_UNREACHABLE = define(
    "robots_unreachable", "robots.txt of %(site)s cannot be fetched: %(reason)s; asked again later"
)
ROBOTS_ANSWERED = define(
    "robots_answered", "robots.txt of %(site)s answered %(status)s; asked again later"
)
HOST_CLOSED = define("host_closed", "%(site)s asked to be left alone for another %(seconds)s s")
PAGE_NOT_READ = define("page_not_read", "a page of %(number)s bytes; not read")
PAGE_IS_THE_FRONT = define("page_is_the_front", "it leads to the front page")
PAGE_IS_ANOTHER = define(
    "page_is_another", "it has none of the feed's words, as a consent form or a bot check"
)
PAGE_IS_SHORTER = define("page_is_shorter", "it has less text than the feed")
PAGE_OF_SEVERAL = define("page_of_several", "it is the same as that of another item")
KEPT_AS_THE_FEED_TELLS = define(
    "kept_as_the_feed_tells", "kept with the feed's own text, because of its page: %(reason)s"
)
HELD_ALREADY = define("held_already", "held already, not fetched")
POLL_LOCKED = define("poll_locked", "%(holder)s; wait for it to end, or stop it")
POLLED_BY_PROCESS = define(
    "polled_by_process", "process %(process)s has been polling the feeds since %(moment)s"
)
POLLED_BY_ANOTHER = define("polled_by_another", "another process is polling the feeds")
CANNOT_LOCK = define("cannot_lock", "cannot lock %(path)s: %(reason)s")
NO_SUCH_FEED = define("no_such_feed", "no feed %(name)s; see: hemero feeds list")

# Intake
NEXT_VERSION = define("next_version", "version %(number)s")
VERSION_CHANGES = define("version_changes", "version %(number)s: %(changes)s")
EARLIER_VERSION = define("earlier_version", "version %(number)s, as captured at %(moment)s")
TITLE_CHANGED = define("title_changed", "new title")
TEXT_CHANGED = define("text_changed", "new text")
DATE_CHANGED = define("date_changed", "new date")
AUTHORS_CHANGED = define("authors_changed", "new authors")
SECTION_CHANGED = define("section_changed", "new section")
SOURCE_CHANGED = define("source_changed", "new source")
LANGUAGE_CHANGED = define("language_changed", "new language")
URL_CHANGED = define("url_changed", "new address")
MODIFIED_CHANGED = define("modified_changed", "new date of modification")
PAYWALL_CHANGED = define("paywall_changed", "new paywall status")
SAME_TEXT = define("same_text", "same text as article %(article)s")
WIRE_COPY = define("wire_copy", "wire copy of article %(article)s")
PAGE_NOT_KEPT = define("page_not_kept", "its page was not kept; add it again from its address")
REMOVED_MEANWHILE = define("removed_meanwhile", "article %(article)s was removed meanwhile")
NO_SUCH_JOB = define("no_such_job", "no job %(job)s; it may have been removed")
FAILURES_UNREADABLE = define("failures_unreadable", "%(path)s cannot be read: %(reason)s")
NOT_A_FAILURE = define(
    "not_a_failure", "%(path)s, line %(line)s: not a failure; give a file that --failures wrote"
)

# The store
NO_SUCH_ARTICLE = define("no_such_article", "no article %(article)s; it may have been removed")
NO_SUCH_VERSION = define("no_such_version", "no version %(number)s of article %(article)s")
ROW_DAMAGED = define(
    "row_damaged", "%(what)s is not as it was stored; see what to do with: hemero doctor"
)
ARTICLE_NAMED = define("article_named", "article %(article)s")
VERSION_NAMED = define("version_named", "version %(version)s of article %(article)s")
PAGE_NAMED = define("page_named", "the page kept for article %(article)s")
FOLDER_NOT_MADE = define("folder_not_made", "cannot make the folder %(folder)s: %(reason)s")
ARCHIVE_NOT_MADE = define(
    "archive_not_made",
    "cannot make the archive %(path)s: its folder is read-only for this user",
)
ARCHIVE_NOT_WRITTEN = define(
    "archive_not_written",
    "the archive %(path)s cannot be written: its disk or folder is read-only for this user",
)
ARCHIVE_FAILED = define("archive_failed", "the archive %(path)s failed: %(reason)s")
JOURNAL_UNREAD = define(
    "journal_unread",
    "the last changes of the archive %(path)s are still in %(name)s, and it may not be written;"
    " open it once where it can be, with: hemero doctor",
)
ARCHIVE_NOT_COPIED = define(
    "archive_not_copied", "the archive %(path)s cannot be copied: %(reason)s"
)
ARCHIVE_NEWER = define(
    "archive_newer", "the archive %(path)s was made by a newer Hemero; upgrade this one"
)
INDEX_OF_FILE_DAMAGED = define("index_of_file_damaged", "an index of its tables (%(line)s)")
ORPHANED_ROW = define("orphaned_row", "row %(row)s of %(table)s belongs to no %(parent)s")
TOO_MANY_TAGS = define("too_many_tags", "at most %(number)s tags at once; give fewer")
NO_SUCH_TAG = define("no_such_tag", "no article bears the tag %(tag)s; check its spelling")
TOO_MANY_COLLECTIONS = define(
    "too_many_collections", "there are %(number)s collections; remove one first"
)
COLLECTION_NAME_TAKEN = define(
    "collection_name_taken", "there is a collection named %(name)s; choose another name"
)
NO_SUCH_COLLECTION = define(
    "no_such_collection", "no collection %(name)s; it may have been removed"
)
NOT_IN_COLLECTION = define(
    "not_in_collection",
    "article %(article)s is not in collection %(name)s; put it in first",
)
NO_SUCH_SAVED_SEARCH = define(
    "no_such_saved_search", "no saved search %(number)s; it may have been removed"
)
TOO_MANY_SAVED_SEARCHES = define(
    "too_many_saved_searches", "there are %(number)s saved searches; remove one first"
)
ADMIN_FIRST = define("admin_first", "the first account is an admin; make one first")
ACCOUNT_NAME_TAKEN = define("account_name_taken", "there is an account %(name)s already")
BAD_ACCOUNT_NAME = define("bad_account_name", "a name is 1 to 64 letters, digits and . @ + - _")
NO_SUCH_ROLE = define("no_such_role", "no role %(role)s; choose one of: %(roles)s")
NO_SUCH_ACCOUNT = define("no_such_account", "no account of this name; see: hemero users list")
LAST_ADMIN = define("last_admin", "%(name)s is the last admin; make another one first")
TOO_MANY_TOKENS = define("too_many_tokens", "there are %(number)s of them; remove one first")
ROLE_ABOVE_OWN = define("role_above_own", "%(name)s may not give a token the role %(role)s")
NO_SUCH_TOKEN = define("no_such_token", "no token %(token)s; it may have been revoked")
BAD_TOKEN_NAME = define("bad_token_name", "the token's name: %(reason)s")
BAD_TOKEN_LIFE = define("bad_token_life", "a token lives 1 to %(number)s days")
