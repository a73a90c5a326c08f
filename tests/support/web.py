"""The fronts under test: the application over given services, and the types of its fixtures."""

from collections.abc import Callable
from typing import Any

from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from web.app import build_app
from web.context import get_context
from web.services import Services

MakeApp = Callable[..., Flask]
RunHemero = Callable[..., Result]


class MemoryBytecodeCache(BytecodeCache):
    """Compiled templates for every application of this process: each test builds its own."""

    def __init__(self) -> None:
        self.compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.compiled[bucket.key] = bucket.bytecode_to_string()


class BufferedClient(FlaskClient):
    """Reads every answer to its end, which closes the file behind it."""

    def open(self, *args: Any, **options: Any) -> Any:
        return super().open(*args, **{"buffered": True} | options)


TEMPLATES = MemoryBytecodeCache()


def open_app(services: Services) -> Flask:
    """An application that indexes at once what is added."""
    app = build_app(services, on_change=services.index)
    app.jinja_env.bytecode_cache = TEMPLATES
    app.test_client_class = BufferedClient
    return app


def services_of(app: Flask) -> Services:
    found: Services = get_context(app).services
    return found
