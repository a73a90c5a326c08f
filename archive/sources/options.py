"""How a user wants sources to be read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from archive.extraction.site_rules import SiteRules


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """The options that every source format receives.

    `columns` maps our field names to the column names of a table (CSV, TSV); `allowed_networks`
    (CIDR) are private networks that may be fetched from. `on_bytes` is called with the number of
    bytes after each read of a file.
    """

    rules: SiteRules = field(default_factory=SiteRules)
    columns: Mapping[str, str] = field(default_factory=dict)
    allowed_networks: tuple[str, ...] = ()
    on_bytes: Callable[[int], object] = lambda count: None
