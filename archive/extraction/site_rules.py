"""A user's rules for single sites: CSS selectors tried before anything else. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import soupsieve

from archive.errors import SiteRulesError
from archive.wordings import (
    SITE_RULE_BAD_SELECTOR,
    SITE_RULE_NOT_A_TABLE,
    SITE_RULE_UNKNOWN_KEY,
    SITE_RULES_NOT_TABLES,
    SITE_RULES_NOT_TOML,
)

FIELDS = ("body", "title", "authors", "published", "section", "remove")


@dataclass(frozen=True, slots=True)
class SiteRule:
    """CSS selectors (Selectors Level 4) for one site; None if a field needs no rule.

    `body` selects the elements that contain the paragraphs, `remove` what to leave out.
    """

    body: str | None = None
    title: str | None = None
    authors: str | None = None
    published: str | None = None
    section: str | None = None
    remove: str | None = None


NO_RULE = SiteRule()


@dataclass(frozen=True, slots=True)
class SiteRules:
    """Rules by domain; a rule also applies to subdomains."""

    sites: Mapping[str, SiteRule] = field(default_factory=dict)

    def rule_for(self, host: str | None) -> SiteRule:
        """Return the rule of the longest domain that `host` belongs to, or NO_RULE."""
        name = (host or "").lower().rstrip(".")
        while name:
            if name in self.sites:
                return self.sites[name]
            name = name.partition(".")[2]
        return NO_RULE


def parse_site_rules(toml: str) -> SiteRules:
    """Return the rules of a file like `[site."lemonde.fr"]`, `body = "article .content"`.

    Raises SiteRulesError naming the site and the key that is wrong.
    """
    try:
        data = tomllib.loads(toml)
    except ValueError as exc:
        raise SiteRulesError(SITE_RULES_NOT_TOML(reason=exc)) from exc
    sites = data.get("site", {})
    if set(data) - {"site"} or not isinstance(sites, dict):
        raise SiteRulesError(SITE_RULES_NOT_TABLES())
    return SiteRules({name.lower(): _parse_rule(name, table) for name, table in sites.items()})


def _parse_rule(site: str, table: Any) -> SiteRule:
    if not isinstance(table, dict):
        raise SiteRulesError(SITE_RULE_NOT_A_TABLE(site=repr(site)))
    for key, selector in table.items():
        if key not in FIELDS:
            keys = ", ".join(FIELDS)
            raise SiteRulesError(SITE_RULE_UNKNOWN_KEY(site=repr(site), key=repr(key), keys=keys))
        try:
            soupsieve.compile(selector)
        except (soupsieve.SelectorSyntaxError, TypeError, AttributeError) as exc:
            facts = {"site": repr(site), "key": key, "reason": str(exc).splitlines()[0]}
            raise SiteRulesError(SITE_RULE_BAD_SELECTOR(**facts)) from exc
    return SiteRule(**table)
