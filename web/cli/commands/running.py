"""Serve the archive, or a sample archive."""

from typing import Any

import click

from web.cli.commands.shared import Composition, apply_options

serve_options = apply_options(
    click.option("--host", help="Address to listen on (HEMERO_HOST, 127.0.0.1)."),
    click.option("--port", type=int, help="Port (HEMERO_PORT, 8000)."),
    click.option("--threads", type=int, help="Requests worked on at once (HEMERO_THREADS)."),
)


@click.command()
@serve_options
@click.option("--read-only", is_flag=True, default=None, help="Accept no articles.")
@click.option("--poll", is_flag=True, help="Poll the feeds every 15 minutes.")
@click.pass_obj
def serve(composition: Composition, /, poll: bool, **flags: Any) -> None:
    """Serve the pages and the API.

    Other machines are served with --host, if there are accounts, a token or --read-only.

    \b
    hemero serve --port 8123
    hemero serve --poll
    hemero users add claire --role admin && hemero serve --host 0.0.0.0
    """
    from web.server.serving import run_server

    run_server(composition.services(**flags), poll=poll)


@click.command()
@serve_options
@click.option("--no-serve", is_flag=True, help="Fill and index the sample archive only.")
@click.pass_obj
def demo(composition: Composition, /, no_serve: bool, **flags: Any) -> None:
    """Serve a separate sample archive; yours is not touched.

    \b
    hemero demo --port 8123
    """
    from web.cli.demo import fill_demo
    from web.server.serving import run_server

    home = composition.settings(**flags).home / "demo"
    services = composition.services(**flags | {"home": home})
    fill_demo(services)
    if not no_serve:
        run_server(services)


COMMANDS = (serve, demo)
