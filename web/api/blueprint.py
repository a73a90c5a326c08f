"""The class of every blueprint of the JSON API."""

from typing import Any

import flask_smorest
from webargs.flaskparser import FlaskParser, abort

from web.routes import StatesRoutes


class BoundedParser(FlaskParser):
    """Refuse numbers with thousands of digits.

    Python does not parse them (CVE-2020-10735), and raises a plain ValueError.
    """

    def load_json(self, req: Any, schema: Any) -> Any:
        try:
            return super().load_json(req, schema)
        except ValueError as exc:
            return abort(400, exc=exc, messages={"json": ["Invalid JSON body."]})


class Blueprint(StatesRoutes, flask_smorest.Blueprint):  # type: ignore[misc]
    ARGUMENTS_PARSER = BoundedParser()
