"""The clocks of an archive and its outlets, for times that name no time zone. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from archive.text.dates import find_zone
from archive.text.names import fold_name

ASSIGNMENT = "="


@dataclass(frozen=True, slots=True)
class Zones:
    """The time zone of the archive, None if it has none, and those of outlets by folded name."""

    archive: tzinfo | None = None
    outlets: Mapping[str, tzinfo] = field(default_factory=dict)

    def of(self, source: str | None) -> tzinfo | None:
        """Return the zone of an outlet, or else the archive's."""
        return self.outlets.get(fold_name(source or ""), self.archive)


def read_zones(archive: str, outlets: Iterable[str]) -> Zones:
    """Return the zones of these names in the IANA database; each outlet is given as NAME=ZONE.

    Raises ValueError for a zone that does not exist and for an outlet without one.
    """
    pairs = [outlet.rpartition(ASSIGNMENT) for outlet in outlets]
    known = {fold_name(name.strip()): _read_zone(zone.strip()) for name, _, zone in pairs}
    if "" in known:
        raise ValueError(ASSIGNMENT)
    return Zones(_read_zone(archive) if archive else None, known)


def _read_zone(name: str) -> tzinfo:
    zone = find_zone(name)
    if zone is None:
        raise ValueError(name)
    return zone
