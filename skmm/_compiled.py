"""Compile functions to machine code, and keep the code on disk where that is possible.

The module imports numba: import it in modules of kernels only.
"""

import warnings
from contextlib import suppress

from numba import njit
from numba.core.caching import FunctionCache

_warned = []  # of the errors of a process, the first


def compiled(**options):
    """Return a decorator for functions that Python calls: each is compiled at its first call.

    The code is kept beside the package or, if nobody may write there, in the user's cache folder, or
    where ``NUMBA_CACHE_DIR`` says. If it cannot be kept at all, each process compiles it anew, and a
    warning says so.

    Parameters
    ----------
    **options
        As for :func:`numba.njit`. A function called by others only needs no more than that.

    Returns
    -------
    decorator : callable
    """

    def compile_function(function):
        kernel = njit(nogil=True, **options)(function)
        try:
            kernel._cache = _Cache(function)  # cache=True would raise instead, as soon as imported
        except RuntimeError as error:
            _warn_once(error)
        return kernel

    return compile_function


class _Cache(FunctionCache):
    """Code on disk, which is done without where it cannot be read or written."""

    def load_overload(self, sig, target_context):
        try:
            return super().load_overload(sig, target_context)
        # Whatever a damaged file makes of unpickling. It is written anew.
        except Exception:
            with suppress(OSError):
                self.flush()
            return None

    def save_overload(self, sig, data):
        try:
            super().save_overload(sig, data)
        except OSError as error:
            _warn_once(error)


def _warn_once(error):
    if not _warned:
        _warned.append(error)
        warnings.warn(
            f"compiled code cannot be kept on disk, so that each process compiles it anew: {error}. "
            "Set the environment variable NUMBA_CACHE_DIR to a folder that you may write to",
            stacklevel=4,
        )
