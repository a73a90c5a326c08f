"""The models, run by a few threads that do nothing else.

PyTorch and oneDNN keep working memory for every thread that ever called them, about 12 MB each, and
OpenMP starts two more threads for each: 500 MB with the 40 threads of a server, 50 MB with these.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from indexer.models.wrapping import WrappedEmbedder, WrappedReranker
from web.services import Services

Input = TypeVar("Input")
Output = TypeVar("Output")


def pool_models(services: Services) -> None:
    """Run the models on as many threads as requests are worked on.

    To be called before anything is searched.
    """
    pool = ThreadPoolExecutor(services.settings.threads, thread_name_prefix="model")

    def call(function: Callable[[Input], Output], given: Input) -> Output:
        return pool.submit(function, given).result()

    services.embedder = WrappedEmbedder(services.embedder, call)
    if services.reranker is not None:
        services.reranker = WrappedReranker(services.reranker, call)
