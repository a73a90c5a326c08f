"""What the fronts say themselves, in English; each words it in its reader's language."""

from archive.messages import define, define_plural

# What an HTTP status means to a reader: its title, and the detail where nothing else is known
STATUS_TITLES = {
    400: define("title_400", "This request cannot be understood"),
    401: define("title_401", "Not signed in"),
    403: define("title_403", "This is not allowed"),
    404: define("title_404", "Not found"),
    405: define("title_405", "This cannot be done here"),
    413: define("title_413", "Too large"),
    415: define("title_415", "Not in a form that is read here"),
    422: define("title_422", "This cannot be taken"),
    429: define("title_429", "Too many requests"),
    500: define("title_500", "Something went wrong"),
    503: define("title_503", "Not available at the moment"),
}
STATUS_DETAILS = {
    400: define("detail_400", "the address or the form holds something the server cannot read"),
    404: define("detail_404", "there is no page at this address"),
    405: define("detail_405", "this address takes no such request"),
    413: define("detail_413", "this is too large to be taken at once"),
    415: define(
        "detail_415", "only JSON is read here; send it with Content-Type: application/json"
    ),
    500: define("detail_500", "something went wrong here; the server's log says what"),
}

# A busy server
COUNTS_LEFT_OUT = define(
    "counts_left_out", "The server is busy: counts by filter and over time are left out."
)
MEANING_LEFT_OUT = define(
    "meaning_left_out", "The server is busy: these results match by words only."
)
SERVER_BUSY = define(
    "server_busy", "the server has more to do than it can; try again in a few seconds"
)
SERVER_STOPPING = define("server_stopping", "the server is stopping; try again in a few seconds")

# Health
STORE_FILE_DAMAGED = define(
    "store_file_damaged",
    "the archive's file is damaged: %(line)s; restore a backup with: hemero restore",
)
ARTICLES_DAMAGED = define_plural(
    "articles_damaged",
    "%(number)s article is damaged (%(ids)s); restore a backup with: hemero restore, or remove it"
    " with hemero delete and add it again",
    "%(number)s articles are damaged (%(ids)s); restore a backup with: hemero restore, or remove"
    " each with hemero delete and add it again",
)
VERSIONS_DAMAGED = define_plural(
    "versions_damaged",
    "%(number)s article has a damaged earlier version (%(ids)s); restore a backup with: hemero"
    " restore",
    "%(number)s articles have a damaged earlier version (%(ids)s); restore a backup with: hemero"
    " restore",
)
PAGES_DAMAGED = define_plural(
    "pages_damaged",
    "the page kept for %(number)s article is damaged (%(ids)s); restore a backup with: hemero"
    " restore",
    "the pages kept for %(number)s articles are damaged (%(ids)s); restore a backup with: hemero"
    " restore",
)
INDEX_AHEAD = define(
    "index_ahead",
    "the index has seen changes that the archive no longer holds; the newest articles were lost;"
    " restore a backup with: hemero restore, or add them again",
)
INDEX_AHEAD_SEE_DOCTOR = define(
    "index_ahead_see_doctor",
    "the index has seen changes that the archive no longer holds; see what to do with: hemero"
    " doctor",
)
CHANGES_WAIT = define_plural(
    "changes_wait",
    "%(number)s change waits for the index; run: hemero index",
    "%(number)s changes wait for the index; run: hemero index",
)
ARTICLES_NOT_INDEXED = define_plural(
    "articles_not_indexed",
    "%(number)s article is missing from the index (%(ids)s); run: hemero index --rebuild",
    "%(number)s articles are missing from the index (%(ids)s); run: hemero index --rebuild",
)
ARTICLES_NOT_STORED = define_plural(
    "articles_not_stored",
    "%(number)s article of the index is gone from the archive (%(ids)s); run: hemero index"
    " --rebuild",
    "%(number)s articles of the index are gone from the archive (%(ids)s); run: hemero index"
    " --rebuild",
)
ARTICLES_NOT_FOUND = define_plural(
    "articles_not_found",
    "%(number)s article is not found by its own words (%(ids)s); run: hemero index --rebuild",
    "%(number)s articles are not found by their own words (%(ids)s); run: hemero index --rebuild",
)
STORE_INDEXES_REBUILT = define("store_indexes_rebuilt", "the archive's own indexes were built anew")
INDEX_BROUGHT_UP_TO_DATE = define_plural(
    "index_brought_up_to_date",
    "%(number)s article indexed, %(removed)s removed",
    "%(number)s articles indexed, %(removed)s removed",
)
INDEX_REBUILT = define_plural(
    "index_rebuilt",
    "the index was built anew from the archive: %(number)s article",
    "the index was built anew from the archive: %(number)s articles",
)
NOTHING_TO_REPAIR = define("nothing_to_repair", "nothing to repair")
ALL_IS_WELL = define("all_is_well", "all is well")
PROBLEM = define("problem", "problem")

# Alerts
EMAIL_SUBJECT = define_plural(
    "email_subject", "%(number)s new article: %(name)s", "%(number)s new articles: %(name)s"
)
EMAIL_OPENING = define("email_opening", "New in the archive for your saved search “%(name)s”:")
EMAIL_CLOSING = define("email_closing", "All matches, and how to end these messages: %(link)s")

# Readiness
WATCH_REFUSED = define(
    "watch_refused", "figures are for this machine, or for Authorization: Bearer TOKEN"
)
STORE_SILENT = define("store_silent", "the store does not answer; see: hemero doctor")
INDEX_UNREADABLE = define("index_unreadable", "the index cannot be opened; see: hemero doctor")
INDEX_OTHER = define(
    "index_other",
    "the index was made with another model or version; run: hemero index --rebuild",
)
INDEX_EMPTY = define("index_empty", "the index holds nothing yet; wait, or run: hemero index")
INDEX_BEHIND = define(
    "index_behind", "the index lags behind the archive; wait, or run: hemero index"
)

# Who may do what
FOREIGN_HOST = define(
    "foreign_host",
    "Host %(host)s is not trusted. Set HEMERO_TRUSTED_HOSTS to the names of this archive.",
)
READ_ONLY = define("read_only", "this archive is read-only")
OTHER_SITE = define("other_site", "this form was sent by another site; open the page here instead")
OTHER_SITE_ASKS = define(
    "other_site_asks", "another site asked for this in the background; open the page here instead"
)
TOO_MANY_ARGUMENTS = define(
    "too_many_arguments", "too many arguments in this address; give at most %(number)s"
)
ARGUMENTS_TOO_LONG = define(
    "arguments_too_long",
    "this address is longer than %(number)s bytes; for a long text, search for similar articles",
)
TOKEN_NEEDED = define("token_needed", "a token is needed: Authorization: Bearer TOKEN")
TOKEN_UNKNOWN = define("token_unknown", "this token is unknown, revoked or expired")
NOT_YOUR_ROLE = define("not_your_role", "your account may not do this; ask an admin of the archive")
SIGN_IN_FIRST = define("sign_in_first", "sign in for this")
READ_HERE_ONLY = define("read_here_only", "this archive can only be read on its own machine")
WRITE_HERE_ONLY = define("write_here_only", "writes are only taken from the archive's own machine")
SESSIONS_ONLY = define("sessions_only", "this page is for those who signed in with their password")
SIGN_IN_REFUSED = define("sign_in_refused", "name or password is wrong")
TOO_MANY_REQUESTS = define("too_many_requests", "too many requests; wait %(wait)s, then try again")
TOO_MANY_SIGN_INS = define(
    "too_many_sign_ins", "too many attempts to sign in; wait %(wait)s, then try again"
)
SECONDS = define("seconds", "%(number)s s")
MINUTES = define_plural("minutes", "%(number)s minute", "%(number)s minutes")
BAD_PASSWORD_LENGTH = define(
    "bad_password_length",
    "a password is %(least)s to %(most)s characters; a sentence is good",
)
PASSWORD_EASILY_GUESSED = define(
    "password_easily_guessed", "this password is easily guessed; choose another one"
)
DAYS_NOT_A_NUMBER = define("days_not_a_number", "give the days as a number")

# What was sent
NOT_A_WEB_ADDRESS = define(
    "not_a_web_address", "not a web address; it begins with http:// or https://"
)
NOTHING_CHOSEN = define("nothing_chosen", "nothing was chosen; choose a file")
NOTHING_SENT = define("nothing_sent", "nothing was sent; send files in the field `file`")
UPLOAD_NOT_KEPT = define(
    "upload_not_kept",
    "what was sent cannot be kept in %(folder)s: %(reason)s; make room, then send it again",
)
JOB_FAILED = define("job_failed", "it failed here: %(reason)s")
JOB_SET_ASIDE = define(
    "job_set_aside",
    "set aside: the server ended %(number)s times at item %(item)s; the files are kept in the"
    " archive's folder jobs: try them one by one with hemero add",
)
NO_FEED_IN_LIST = define("no_feed_in_list", "there is no feed in this list")
ONE_VERSION = define("one_version", "article %(article)s has one version; nothing has changed")
NO_SUCH_CHARACTERS = define(
    "no_such_characters", "article %(article)s has no text at the characters %(first)s,%(last)s"
)
NO_ARTICLE_CHOSEN = define(
    "no_article_chosen", "no article was chosen; choose some, then try again"
)
NO_PLACE_CHOSEN = define(
    "no_place_chosen", "neither a collection nor a tag was given; give one of them"
)
SEARCH_WITHOUT_NAME = define("search_without_name", "a saved search needs a name")
SEARCH_TOO_LONG = define(
    "search_too_long", "this search is too long to be saved; leave some filters out"
)
NOT_AN_EMAIL = define("not_an_email", "not an e-mail address; write name@example.org")
SAVED_LOCKED = define("saved_locked", "another process is checking the saved searches; wait for it")

# Sending
THE_WEBHOOK = define("the_webhook", "the webhook")
EMAIL_NOT_SET_UP = define("email_not_set_up", "e-mail is not set up here; set %(names)s")
EMAIL_UNUSABLE = define(
    "email_unusable", "the e-mail's address or name cannot be used; set it anew"
)
MAIL_REFUSED = define(
    "mail_refused", "the mail server refused: %(reason)s; check the smtp settings"
)
PASSWORD_FILE_UNREADABLE = define(
    "password_file_unreadable", "smtp_password_file cannot be read; check the setting"
)
PASSWORD_FILE_NOT_ASCII = define(
    "password_file_not_ascii",
    "the first line of smtp_password_file is not a password in ASCII",
)

# Settings and starting
SETTINGS_FILE_MISSING = define(
    "settings_file_missing", "%(name)s names %(path)s, which does not exist"
)
SETTINGS_FILE_UNREADABLE = define("settings_file_unreadable", "%(path)s cannot be read: %(reason)s")
SECRET_UNREADABLE = define("secret_unreadable", "%(name)s cannot be read; check the setting")
SECRET_EMPTY = define("secret_empty", "the first line of %(name)s is empty; it holds the secret")
TOKEN_TWICE = define("token_twice", "set either token or token_file, not both")
NO_SUCH_SETTING = define("no_such_setting", "no setting %(name)s; the settings are: %(names)s")
BAD_SETTING = define("bad_setting", "setting %(name)s (%(variable)s) cannot be %(value)s")
WHAT_IS_GIVEN = define("what_is_given", "what is given")
TOKEN_SHORT = define(
    "token_short",
    "the token can be guessed; give it at least %(number)s characters, such as those that"
    " openssl rand -hex 16 prints",
)
EXPOSED = define(
    "exposed",
    "on %(host)s other machines could add and remove articles; make an account (hemero users add"
    " NAME --role admin), set HEMERO_TOKEN to a secret, or start with --read-only",
)
POLL_OR_READ_ONLY = define(
    "poll_or_read_only", "polling adds articles: leave out --poll, or read_only"
)
CANNOT_LISTEN = define(
    "cannot_listen",
    "cannot listen on %(host)s, port %(port)s: %(reason)s; choose another with --host or --port",
)
ARCHIVE_IN_USE = define("archive_in_use", "a server has %(home)s open; stop it first, then restore")

BEING_RESTORED = define("being_restored", "%(home)s is being restored; wait for it, then try again")

# Backups
NO_ARCHIVE = define("no_archive", "there is no archive at %(home)s; name it with --home")
NOT_BACKED_UP = define("not_backed_up", "cannot back up to %(folder)s: %(reason)s")
NO_BACKUP = define("no_backup", "there is no backup at %(folder)s")
BACKUP_NEWER = define(
    "backup_newer",
    "the backup %(folder)s was made by a newer Hemero; upgrade this one",
)
NOT_A_BACKUP = define("not_a_backup", "%(folder)s is not a backup: it has no %(name)s")
BACKUP_BUSY = define(
    "backup_busy", "another backup or restore is at work in %(folder)s; wait for it"
)
BACKUP_DAMAGED = define(
    "backup_damaged", "the backup %(folder)s is damaged: %(problems)s; use another one"
)
BACKUP_FILE_STRANGE = define("backup_file_strange", "%(name)s does not belong to it")
BACKUP_FILE_MISNAMED = define("backup_file_misnamed", "%(name)s is not the name of a file")
BACKUP_FILE_LINKED = define("backup_file_linked", "%(name)s is a link or the like, not a file")
BACKUP_FILE_CHANGED = define("backup_file_changed", "%(name)s has changed")
AND_MORE = define("and_more", "…")
INDEX_LEFT_OUT = define(
    "index_left_out", "the index was left out because it is damaged: %(reason)s"
)
INDEX_FILE_GONE = define("index_file_gone", "%(name)s is missing or not a file")
INDEX_FILE_CHANGED = define("index_file_changed", "%(name)s is not as it was written")
STORE_DAMAGED = define(
    "store_damaged", "the archive is damaged: %(reason)s; no older backup was removed"
)
FIRST_DAMAGED = define_plural(
    "first_damaged",
    "%(number)s article, number %(first)s",
    "%(number)s articles, the first is number %(first)s",
)
SEE_DOCTOR_REPAIR = define(
    "see_doctor_repair", "%(reason)s; see what to do with: hemero doctor --repair"
)
HOME_NOT_EMPTY = define(
    "home_not_empty",
    "%(home)s is not empty; restore elsewhere with --home, or move it aside with --force",
)
NOT_RESTORED = define("not_restored", "cannot restore to %(home)s: %(reason)s")

# What the command line says
NOT_POLLED_YET = define("not_polled_yet", "not polled yet")
POLLED_DAILY = define("polled_daily", "polled once a day")
POLLED_NO_MORE = define("polled_no_more", "no longer polled")
POLLED_BY_HAND = define("polled_by_hand", "no longer polled; try: hemero feeds poll %(feed)s")
CHECKED = define_plural(
    "checked", "%(name)s: %(number)s new, %(sent)s sent", "%(name)s: %(number)s new, %(sent)s sent"
)
CHECK_FAILED = define("check_failed", "%(checked)s: %(problem)s")
SAVED = define("saved", "saved %(saved)s  %(name)s")
SIGNED_WITH = define("signed_with", "what is sent is signed with the secret %(secret)s")
REMOVED = define("removed", "removed %(name)s")
NO_SAVED_SEARCHES = define(
    "no_saved_searches", "No saved searches yet; add one with: hemero saved add QUERY"
)
FAILED = define("failed", "hemero: %(reason)s")
NOT_INDEXED_YET = define("not_indexed_yet", "stored, not yet indexed: %(reason)s")
AUDIT_NOT_WRITTEN = define(
    "audit_not_written", "hemero: the audit could not be written: %(reason)s"
)
OUTCOMES = {
    "added": define("outcome_added", "added"),
    "updated": define("outcome_updated", "updated"),
    "unchanged": define("outcome_unchanged", "unchanged"),
    "duplicate": define("outcome_duplicate", "duplicate"),
    "rejected": define("outcome_rejected", "rejected"),
}
OUTCOME_COUNTS = {
    "added": define_plural("count_added", "%(number)s added", "%(number)s added"),
    "updated": define_plural("count_updated", "%(number)s updated", "%(number)s updated"),
    "unchanged": define_plural("count_unchanged", "%(number)s unchanged", "%(number)s unchanged"),
    "duplicate": define_plural("count_duplicate", "%(number)s duplicate", "%(number)s duplicate"),
    "rejected": define_plural("count_rejected", "%(number)s rejected", "%(number)s rejected"),
}
NOTHING_TO_ADD = define("nothing_to_add", "nothing to add")
NOTHING_NEW = define("nothing_new", "nothing new")
FEEDS_POLLED = define_plural("feeds_polled", "%(number)s feed polled", "%(number)s feeds polled")
FEEDS_FAILED = define_plural("feeds_failed", "%(number)s failed", "%(number)s failed")
FEED_POLLED = define_plural(
    "feed_polled", "%(number)s new, %(outcome)s", "%(number)s new, %(outcome)s"
)
ITEMS_WAIT = define_plural(
    "items_wait", "%(number)s waits for the next poll", "%(number)s wait for the next poll"
)
NO_FEEDS = define("no_feeds", "No feeds yet; add one with: hemero feeds add URL")
NEVER_POLLED = define("never_polled", "never")
FEED_NOT_ADDED = define("feed_not_added", "not added: %(reason)s")
FEED_ADDED = define("feed_added", "added %(feed)s  %(name)s (%(found)s)")
FEED_KNOWN = define("feed_known", "subscribed already %(feed)s  %(name)s (%(found)s)")
OTHER_FEED = define("other_feed", "  the page names another: hemero feeds add %(address)s")
FEEDS_NOT_DUE = define_plural(
    "feeds_not_due",
    "%(number)s is not due before %(moment)s; to poll one now: hemero feeds poll ID",
    "%(number)s are not due before %(moment)s; to poll one now: hemero feeds poll ID",
)
IMPORTED = {
    "added": define("imported_added", "added %(name)s"),
    "known": define("imported_known", "known %(name)s"),
    "skipped": define("imported_skipped", "skipped %(name)s"),
}
IMPORT_COUNTS = {
    "added": define_plural("feeds_added", "%(number)s added", "%(number)s added"),
    "known": define_plural("feeds_known", "%(number)s known", "%(number)s known"),
    "skipped": define_plural("feeds_skipped", "%(number)s skipped", "%(number)s skipped"),
}
IMPORT_DONE = define("import_done", "%(counts)s; next: hemero feeds poll")
INDEXED = define_plural(
    "indexed",
    "%(number)s article indexed in %(passages)s, %(removed)s removed, %(seconds)s s",
    "%(number)s articles indexed in %(passages)s, %(removed)s removed, %(seconds)s s",
)
PASSAGES = define_plural("passages", "%(number)s passage", "%(number)s passages")
INDEX_UP_TO_DATE = define("index_up_to_date", "the index is up to date")
# How a result answers; see `indexer.ranking.judging`
MATCH_ALL = define("match_all", "all words")
MATCH_SOME = define("match_some", "some words")
MATCH_MEANING = define("match_meaning", "by its meaning")
MATCH_NEAR = define("match_near", "merely near")
WITH_ALL_WORDS = define_plural(
    "with_all_words",
    "%(number)s article holds all the words",
    "%(number)s articles hold all the words",
)
WITH_SOME_WORDS = define_plural(
    "with_some_words", "%(number)s holds some of them", "%(number)s hold some of them"
)
NO_ANSWER = define(
    "no_answer", "No article says this. These are the nearest in meaning, or hold few of the words."
)
MERELY_NEAR = define("merely_near", "Less sure: near in meaning, or with few of the words")
NOTHING_FOUND = define("nothing_found", "Nothing found. Try fewer or other words, or no filters.")
RESULTS_SHOWN = define("results_shown", "%(first)s-%(last)s of %(total)s")
VERSIONS_COMPARED = define("versions_compared", "from version %(old)s to %(new)s")
ARCHIVE_EMPTY = define("archive_empty", "the archive is empty; add articles with: hemero add FILE")
ARTICLES_HELD = define_plural(
    "articles_held",
    "%(number)s, %(indexed)s indexed, %(waiting)s waiting",
    "%(number)s, %(indexed)s indexed, %(waiting)s waiting",
)
ARTICLE_REMOVED = define("article_removed", "removed %(article)s  %(headline)s")
NO_WIRE_COPIES = define("no_wire_copies", "no wire copies")
COUNTED = define_plural(
    "counted", "%(query)s: %(number)s article", "%(query)s: %(number)s articles"
)
UNDATED = define_plural("undated", "%(number)s without a date", "%(number)s without a date")
EARLIER = define_plural(
    "earlier", "%(number)s older than the first row", "%(number)s older than the first row"
)
IMPRECISE = define_plural(
    "imprecise",
    "%(number)s dated less precisely",
    "%(number)s dated less precisely",
)
TOPICS_COUNTED = define_plural("topics_counted", "%(number)s topic", "%(number)s topics")
SAMPLE_ADDED = define_plural(
    "sample_added",
    "%(number)s sample article added to %(home)s",
    "%(number)s sample articles added to %(home)s",
)
MAY_SIGN_IN = define("may_sign_in", "%(name)s may sign in as %(role)s")
NO_ACCOUNTS = define(
    "no_accounts", "No accounts yet; make one with: hemero users add NAME --role admin"
)
HAS_ROLE = define("has_role", "%(name)s is %(role)s now")
HAS_PASSWORD = define("has_password", "%(name)s has a new password")
ACCOUNT_CLOSED = define(
    "account_closed", "%(name)s is closed; open it again with: hemero users reopen %(name)s"
)
MAY_SIGN_IN_AGAIN = define("may_sign_in_again", "%(name)s may sign in again")
ACCOUNT_REMOVED = define("account_removed", "%(name)s is removed")
CLOSED = define("closed", "closed")
UNTIL = define("until", "until %(moment)s")
FOR_EVER = define("for_ever", "forever")
USED = define("used", "used %(moment)s")
NEVER_USED = define("never_used", "never used")
TOKEN_REVOKED = define("token_revoked", "token %(token)s is revoked")
COLLECTION_LISTED = define_plural(
    "collection_listed",
    "%(collection)s  %(name)s (%(number)s article)",
    "%(collection)s  %(name)s (%(number)s articles)",
)
NO_COLLECTIONS = define(
    "no_collections", "No collections yet; begin one with: hemero collections create NAME"
)
COLLECTION_CREATED = define("collection_created", "created %(collection)s  %(name)s")
COLLECTION_REMOVED = define("collection_removed", "removed %(collection)s  %(name)s")
COLLECTION_HOLDS = define_plural(
    "collection_holds", "%(name)s holds %(number)s article", "%(name)s holds %(number)s articles"
)
ARTICLES_PUT_IN = define_plural("articles_put_in", "%(number)s added", "%(number)s added")
ARTICLES_TAKEN_OUT = define_plural("articles_taken_out", "%(number)s removed", "%(number)s removed")
TAG_RENAMED = define("tag_renamed", "renamed to %(tag)s")
CHANGED = define("changed", "%(changed)s; %(holds)s")
TAGS_OF = define("tags_of", "%(article)s  %(tags)s")
NO_TAGS = define("no_tags", "no tags")
NO_TAGS_YET = define("no_tags_yet", "No tags yet; give one with: hemero tag ARTICLE_ID --add TAG")
TAG_LISTED = define_plural(
    "tag_listed", "%(tag)s (%(number)s article)", "%(tag)s (%(number)s articles)"
)
BACKED_UP = define_plural(
    "backed_up",
    "backed up to %(folder)s: %(number)s article, %(size)s MB",
    "backed up to %(folder)s: %(number)s articles, %(size)s MB",
)
INTACT = define_plural(
    "intact",
    "intact: %(folder)s: %(number)s article, %(size)s MB",
    "intact: %(folder)s: %(number)s articles, %(size)s MB",
)
RESTORED = define_plural(
    "restored",
    "restored %(folder)s: %(number)s article, %(size)s MB",
    "restored %(folder)s: %(number)s articles, %(size)s MB",
)
MOVED_ASIDE = define(
    "moved_aside",
    "what was there before is now %(folder)s; remove it when you no longer need it",
)
SETTINGS_LEFT_OUT = define(
    "settings_left_out",
    "not restored, unless you give --settings because you trust who made the backup: %(names)s",
)
SERVING = define("serving", "Hemero is at %(address)s - stop it with Ctrl-C")
IN_THE_CLEAR = define(
    "in_the_clear", "Passwords travel in the clear: put TLS before it, and set base_url"
)
