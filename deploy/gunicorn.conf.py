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
from web.http.admission import count_threads
from web.http.security import check_exposure
from web.services import Services
from web.settings import load_settings
from web.wsgi import announce_stop, close_app

try:
    _settings = load_settings()
    with closing(Services(_settings)) as _services:
        check_exposure(_settings, _services.accounts.any())
except (ArchiveError, SettingsError) as exc:
    sys.exit(str(exc))

bind = f"{_settings.host}:{_settings.port}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = count_threads(_settings)
worker_connections = 1000
# The application is made in each process: threads and open files do not survive a fork.
preload_app = False
# The working directory is on the path of imports: not the archive's home, which it can write.
chdir = sys.prefix
# Longer than a proxy keeps a connection it does not use, or it would send into a closed one.
keepalive = 75
graceful_timeout = 20
limit_request_line = 8190
control_socket_disable = True
# A file on disk, the default, can stand still and be taken for a worker that hangs.
worker_tmp_dir = "/dev/shm"  # noqa: S108


def post_worker_init(worker):
    """Told to stop, a worker says so at /readyz while it finishes what it is at."""
    finish = signal.getsignal(signal.SIGTERM)

    def stop(number, frame):
        announce_stop(worker.wsgi)
        finish(number, frame)

    signal.signal(signal.SIGTERM, stop)
    signal.siginterrupt(signal.SIGTERM, False)


def worker_exit(server, worker):
    """Let the keepers settle what is under way."""
    if hasattr(worker, "wsgi"):  # else it never came up
        close_app(worker.wsgi)
