"""What each route demands and how it is treated, stated where it is defined."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, Literal

import flask

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
# What an answer can do without while the server is busy.
Part = Literal["suggestions", "facets", "semantic"]


@dataclass(frozen=True, slots=True)
class Route:
    """Who may call a route, and how it is treated.

    `access` is the level it needs; `write_access`, if it differs, that of methods that may change
    something. `changes` is False if even those leave the archive as it is: what changes it is
    refused from other sites and in a read-only archive, and is audited. `audits_refusals` notes
    what strangers are refused, too.

    `identified` is False for what is answered even while the store is silent, `queued` for what is
    answered however many requests wait; `skips` names the part that is all of the answer.
    `takes_files` allows larger requests.

    `label` names it in log and metrics, by default its endpoint; `counts_errors` is False if its
    5xx answers are none. `back` is the endpoint to which the page after its form leads back.
    """

    access: Level
    write_access: Level | None = None
    changes: bool = True
    audits_refusals: bool = False
    identified: bool = True
    queued: bool = True
    skips: Part | None = None
    takes_files: bool = False
    label: str | None = None
    counts_errors: bool = True
    back: str = "pages.index"

    def level(self, method: str) -> Level:
        """The level that the method needs."""
        if method in SAFE_METHODS or self.write_access is None:
            return self.access
        return self.write_access

    def is_write(self, method: str) -> bool:
        """Whether the archive would be another one afterwards."""
        return self.changes and method not in SAFE_METHODS


# Of an address that leads nowhere.
NO_ROUTE = Route(Level.NOBODY, label="none")
_STATED = frozenset(field.name for field in fields(Route))


class StatesRoutes:
    """A blueprint whose routes are given the fields of their Route beside Flask's own options."""

    name: str

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.routes: dict[str, Route] = {}
        super().__init__(*arguments, **options)

    def add_url_rule(
        self,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        stated = {name: options.pop(name) for name in _STATED & options.keys()}
        if stated:
            name = endpoint or str(getattr(view_func, "__name__", rule))
            self.routes[name] = Route(**stated)
        super().add_url_rule(  # type: ignore[misc]
            rule, endpoint, view_func, provide_automatic_options, **options
        )


class Blueprint(StatesRoutes, flask.Blueprint):
    """A blueprint of pages."""


def collect_routes(*blueprints: StatesRoutes) -> dict[str, Route]:
    """Their routes, by endpoint."""
    return {
        f"{blueprint.name}.{endpoint}": route
        for blueprint in blueprints
        for endpoint, route in blueprint.routes.items()
    }
