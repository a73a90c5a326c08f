"""Who may do what: the ladder of levels, and one rule for every route. Pure."""

from dataclasses import dataclass
from enum import IntEnum

from archive.store.accounts import Role


class Level(IntEnum):
    """What someone may do; each level may do all that is below it."""

    NOBODY = 0
    VISITOR = 1  # someone unknown, where everyone may read
    READER = 2
    EDITOR = 3
    ADMIN = 4


LEVELS: dict[Role, Level] = {
    "reader": Level.READER,
    "editor": Level.EDITOR,
    "admin": Level.ADMIN,
}
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
NO_ROUTE = None


@dataclass(frozen=True, slots=True)
class Rule:
    """The level that reading needs, and the one that every other method needs.

    `writes` is false where such a method changes nothing of the archive: a search too long for an
    address, or signing in. What writes is refused from other sites, in a read-only archive, and
    is noted in the audit.
    """

    reading: Level
    changing: Level = Level.ADMIN
    writes: bool = True


EVERYONE = Rule(Level.NOBODY)
SIGNING = Rule(Level.NOBODY, Level.NOBODY)
READ = Rule(Level.VISITOR)
ASK = Rule(Level.VISITOR, Level.VISITOR, writes=False)
OWN = Rule(Level.READER, Level.READER)
KNOWN = Rule(Level.READER)
EDIT = Rule(Level.VISITOR, Level.EDITOR)
DESK = Rule(Level.READER, Level.EDITOR)
KEEP = Rule(Level.EDITOR, Level.EDITOR)
ADMIN = Rule(Level.ADMIN, Level.ADMIN)

RULES: dict[str | None, Rule] = {
    NO_ROUTE: EVERYONE,
    "static": EVERYONE,
    "pages.healthz": EVERYONE,
    "pages.preferences": EVERYONE,
    "observing.readyz": EVERYONE,
    "observing.metrics": EVERYONE,  # but see `may_watch`
    "discovery.robots": EVERYONE,
    "discovery.opensearch": EVERYONE,
    "api-docs.openapi_json": EVERYONE,
    "signing.sign_in": EVERYONE,
    "signing.sign_in_post": SIGNING,
    "signing.sign_out": SIGNING,
    # Reading
    "pages.index": READ,
    "pages.search": READ,
    "pages.article": READ,
    "pages.versions": READ,
    "pages.similar": READ,
    "help.show": READ,
    "suggest.suggest": READ,
    "timeline.show": READ,
    "timeline.table": READ,
    "twins.search": READ,
    "article_exports.citation": READ,
    "article_exports.ninjs": READ,
    "discovery.sitemap": READ,
    "discovery.sitemap_index": READ,
    "collections.show": READ,
    "collections.show_all": READ,
    "collections.export": READ,
    "api.search": READ,
    "api.similar": READ,
    "api.similar_to_text": ASK,
    "api.health": READ,
    "api_timeline.show": READ,
    "api_collections.tags": READ,
    "api_intake.list_versions": READ,
    "api_intake.show_difference": READ,
    "api_intake.show_version": READ,
    # The desk: what the archive's own people see
    "saved.show": KNOWN,
    "saved.show_all": KNOWN,
    "saved.atom": KNOWN,
    "saved.json_feed": KNOWN,
    "feeds.feeds": KNOWN,
    "feeds.export": KNOWN,
    "intake.add": KNOWN,
    "intake.job": KNOWN,
    "intake.jobs": KNOWN,
    "api_intake.show_job": KNOWN,
    # Writing
    "pages.delete": KEEP,
    "intake.add_post": KEEP,
    "feeds.follow": KEEP,
    "feeds.poll": KEEP,
    "feeds.remove": KEEP,
    "saved.create": KEEP,
    "saved.rename": KEEP,
    "saved.send_to": KEEP,
    "saved.mark_read": KEEP,
    "saved.remove": KEEP,
    "collections.create": KEEP,
    "collections.change": KEEP,
    "collections.collect": KEEP,
    "collections.annotate": KEEP,
    "collections.take_out": KEEP,
    "collections.delete": KEEP,
    "collections.rename_tag": KEEP,
    "collections.untag": KEEP,
    "admin.show": KEEP,
    "admin.retry": KEEP,
    "api.Articles": EDIT,
    "api.OneArticle": EDIT,
    "api_intake.Jobs": DESK,
    "api_intake.add_addresses": KEEP,
    "api_feeds.Feeds": DESK,
    "api_feeds.OneFeed": DESK,
    "api_saved.Saved": DESK,
    "api_saved.OneSaved": DESK,
    "api_admin.show_overview": KEEP,
    "api_collections.Collections": EDIT,
    "api_collections.OneCollection": EDIT,
    "api_collections.CollectedArticles": EDIT,
    "api_collections.TagsOfArticle": EDIT,
    # Accounts
    "account.show": OWN,
    "account.change_password": OWN,
    "account.create_token": OWN,
    "account.revoke_token": OWN,
    "users.show": ADMIN,
    "users.create": ADMIN,
    "users.change": ADMIN,
    "users.revoke_token": ADMIN,
    "users.show_audit": ADMIN,
}


def needed_level(endpoint: str | None, method: str) -> Level:
    """Raises KeyError for a route that has no rule: it lets no one in."""
    rule = RULES[endpoint]
    return rule.reading if method in SAFE_METHODS else rule.changing


def is_write(endpoint: str | None, method: str) -> bool:
    """Whether the archive would be another one afterwards."""
    return method not in SAFE_METHODS and RULES[endpoint].writes
