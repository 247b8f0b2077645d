"""Count the samples that extractors read and describe, for whoever wants to know what a model costs."""

from collections import Counter
from contextlib import contextmanager
from contextvars import ContextVar

# Of the thread that counts: two models that are fitted in two threads are counted apart.
_COUNT = ContextVar("extractions", default=None)


@contextmanager
def count_extractions():
    """Count the samples that are extracted inside the scope, by this thread or workers it sends.

    An extractor with ``n_jobs`` is counted; a fusion that fits its members in other processes is not.

    Yields
    ------
    count : Counter
        ``count["extractions"]`` goes up; samples whose rows are in a cache do not count.
    """
    count = Counter()
    token = _COUNT.set(count)
    try:
        yield count
    finally:
        _COUNT.reset(token)
        add_extractions(count["extractions"])  # to the scope around this one


def add_extractions(n_samples):
    """Count samples that were extracted, if anybody counts."""
    count = _COUNT.get()
    if count is not None:
        count["extractions"] += n_samples
