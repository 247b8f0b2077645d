"""Compute with one thread, where the number of threads would show in the result."""

from contextlib import contextmanager
from threading import RLock

from threadpoolctl import threadpool_limits

# The number of threads belongs to the process: two scopes that overlap would restore the wrong one.
_SCOPE = RLock()


@contextmanager
def one_thread():
    """Limit BLAS and OpenMP to one thread inside the scope.

    How a sum is split among threads changes its last digits, and joblib gives workers fewer
    threads: without the limit results would depend on ``n_jobs``.
    """
    with _SCOPE, threadpool_limits(1):
        yield
