"""Compute with one thread, where the number of threads would show in the result."""

import sys
from contextlib import contextmanager
from threading import RLock

from threadpoolctl import ThreadpoolController

# The number of threads belongs to the process: two scopes that overlap would restore the wrong one.
_SCOPE = RLock()

# Who knows the libraries with threads, by the number of modules imported when it looked for them.
# It reads the memory map of the process for that, which takes longer than to predict a row.
_CONTROLLERS = {}


@contextmanager
def one_thread():
    """Limit BLAS and OpenMP to one thread inside the scope.

    How a sum is split among threads changes its last digits, and joblib gives workers fewer
    threads: without the limit results would depend on ``n_jobs``.
    """
    with _SCOPE, _find_controller().limit(limits=1):
        yield


def _find_controller():
    """Look for libraries again whenever a module has been imported, which may have brought one."""
    n_modules = len(sys.modules)
    if n_modules not in _CONTROLLERS:
        _CONTROLLERS.clear()
        _CONTROLLERS[n_modules] = ThreadpoolController()
    return _CONTROLLERS[n_modules]
