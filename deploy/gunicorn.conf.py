"""Hemero under gunicorn: several processes on one archive.

    gunicorn --config deploy/gunicorn.conf.py 'web.wsgi:make_app()'

Settings of the archive are read as always (HEMERO_*, hemero.toml). WEB_CONCURRENCY says how many
processes; each loads the model. Give --bind for another address, such as unix:PATH.
"""

import os
import signal
import sys
from contextlib import closing

from archive.errors import ArchiveError
from web.errors import SettingsError
from web.http.security import check_exposure
from web.services import Services
from web.settings import load_settings
from web.traffic.admission import count_threads
from web.wsgi import announce_stop, close_app

try:
    _settings = load_settings()
    with closing(Services(_settings)) as _services:
        _has_accounts = _services.accounts.any()
    check_exposure(_settings, lambda: _has_accounts)
except (ArchiveError, SettingsError) as exc:
    sys.exit(str(exc))

bind = f"{_settings.host}:{_settings.port}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = count_threads(_settings)
worker_connections = 1000
# The application is made in each process: threads and open files do not survive a fork.
preload_app = False
# The working directory is on the import path, so it must not be the archive's writable home.
chdir = sys.prefix
# Longer than a proxy keeps an idle connection; otherwise the proxy would send into a closed one.
keepalive = 75
graceful_timeout = 20
limit_request_line = 8190
control_socket_disable = True
# The default, a file on disk, can stall and make a healthy worker look hung.
worker_tmp_dir = "/dev/shm"  # noqa: S108


def post_worker_init(worker):
    """A worker that was told to stop reports it at /readyz while it finishes its requests."""
    finish = signal.getsignal(signal.SIGTERM)

    def stop(number, frame):
        announce_stop(worker.wsgi)
        finish(number, frame)

    signal.signal(signal.SIGTERM, stop)
    signal.siginterrupt(signal.SIGTERM, False)


def worker_exit(server, worker):
    """Let the background workers finish their current items."""
    if hasattr(worker, "wsgi"):  # else it never came up
        close_app(worker.wsgi)
