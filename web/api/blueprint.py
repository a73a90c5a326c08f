"""What every part of the JSON API is a blueprint of."""

from typing import Any

import flask_smorest
from webargs.flaskparser import FlaskParser, abort

from web.routes import StatesRoutes


class BoundedParser(FlaskParser):
    """A number of thousands of digits is no JSON here: Python reads it not at all (CVE-2020-10735),
    and says so by a plain ValueError."""

    def load_json(self, req: Any, schema: Any) -> Any:
        try:
            return super().load_json(req, schema)
        except ValueError as exc:
            return abort(400, exc=exc, messages={"json": ["Invalid JSON body."]})


class Blueprint(StatesRoutes, flask_smorest.Blueprint):  # type: ignore[misc]
    ARGUMENTS_PARSER = BoundedParser()
