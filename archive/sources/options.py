"""How a user wants sources to be read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from archive.extraction.site_rules import SiteRules


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What every source format is handed.

    `columns` maps our field names to the column names of a table (CSV, TSV); `allowed_networks`
    (CIDR) are private networks that may be fetched from. `on_bytes` is told how many bytes were
    read of a file, each time.
    """

    rules: SiteRules = field(default_factory=SiteRules)
    columns: Mapping[str, str] = field(default_factory=dict)
    allowed_networks: tuple[str, ...] = ()
    on_bytes: Callable[[int], object] = lambda count: None
