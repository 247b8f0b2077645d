"""Keep torch from hanging in processes that were forked after it had worked.

A fork copies one thread. torch's others, which its OpenMP would hand work to and wait for, are not
there in the copy, so that the first large operation never ends. With one thread nothing is handed
over, and workers of torch's own DataLoader are set to one for this reason.
"""

import os
import sys


def use_one_thread_after_forks():
    """Have processes forked from this one, and from those, use one thread of torch."""
    if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
        os.register_at_fork(after_in_child=_use_one_thread)


def _use_one_thread():
    torch = sys.modules.get("torch")
    # Not there yet while it is imported: then it has not worked, either.
    if hasattr(torch, "set_num_threads"):
        torch.set_num_threads(1)
