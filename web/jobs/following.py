"""Feeds followed from the pages: subscribed to and polled for the first time, as a job."""

from collections.abc import Iterator
from threading import Event

from archive.errors import ArchiveError, FeedNotFoundError
from archive.feed_formats.model import Feed
from archive.feeds.hosts import HostGate
from archive.feeds.lock import poll_lock
from archive.feeds.poll import ItemPolled, Poller
from archive.feeds.subscribe import subscribe
from archive.intake.jobs import Job
from archive.messages import Message
from archive.model import ItemOutcome
from web.jobs.polling import make_poller
from web.services import Services


def follow_feeds(job: Job, services: Services, stopping: Event) -> Iterator[Job]:
    """Subscribe to the feeds of a job and poll them; yields the job after each item.

    Raises PollLockedError where another process polls; what is subscribed then comes with its next
    poll.
    """
    jobs, poller = services.jobs, make_poller(services, stopping)
    followed, refused = _subscribe_all(job, poller)
    if refused and not job.done:  # else they were told before a restart
        job = jobs.note_stored(job, refused)
        yield job
    with poll_lock(services.settings.home):
        for event in poller.poll(followed):
            if isinstance(event, ItemPolled):
                job = jobs.note_stored(job, [event.outcome])
                yield job
    if not stopping.is_set():
        jobs.finish(job.id, "done", _found(poller, followed))
    yield jobs.get(job.id)


def _subscribe_all(job: Job, poller: Poller) -> tuple[list[Feed], list[ItemOutcome]]:
    """The feeds now followed, and why others are not.

    Those of a list are followed already, and asked again later if they do not answer now.
    """
    gate, followed, refused = poller.make_gate(), [], []
    for source in job.sources:
        try:
            followed.append(_find_or_subscribe(gate, poller, source.name))
        except ArchiveError as exc:
            refused.append(ItemOutcome(source.name, "rejected", reason=exc.message))
    return followed, refused


def _find_or_subscribe(gate: HostGate, poller: Poller, address: str) -> Feed:
    try:
        return poller.feeds.find(address)
    except FeedNotFoundError:
        return subscribe(gate, poller.feeds, address, poller.clock.now()).feed


def _found(poller: Poller, followed: list[Feed]) -> Message | None:
    """What the poll of a single feed found."""
    return poller.feeds.find(str(followed[0].id)).outcome if len(followed) == 1 else None
