"""Fixtures shared by all tests."""

import os
import socket
from contextlib import contextmanager
from pathlib import Path
from time import process_time

# Read when scikit-learn is first imported: without it check_array_api_input is silently skipped.
os.environ.setdefault("SCIPY_ARRAY_API", "1")

import numpy as np
import pytest


class NetworkError(AssertionError):
    """Something wanted to reach another machine."""


_HERE = {None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0", "::", socket.gethostname()}


def _check_is_here(host):
    host = host.decode() if isinstance(host, bytes) else host
    if host not in _HERE:
        raise NetworkError(f"a test wants to reach {host!r}")


@pytest.fixture(scope="session", autouse=True)
def _no_network():
    """Nothing in this package, or under it, may ask another machine for anything.

    Clusters of this machine may: their processes talk through the loopback device.
    """

    def refuse_elsewhere(connect):
        def connect_here(self, address):
            if self.family != socket.AF_UNIX:
                _check_is_here(address[0])
            return connect(self, address)

        return connect_here

    getaddrinfo = socket.getaddrinfo

    def look_up_here(host, *args, **kwargs):
        _check_is_here(host)
        return getaddrinfo(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            method = getattr(socket.socket, name)
            patch.setattr(socket.socket, name, refuse_elsewhere(method))
        patch.setattr(socket, "getaddrinfo", look_up_here)
        yield


def _seeds():
    wanted = os.environ.get("SKMM_TESTS_GLOBAL_RANDOM_SEED", "42")
    return range(100) if wanted == "all" else [int(wanted)]


@pytest.fixture(params=_seeds(), ids=lambda seed: f"seed{seed}")
def global_random_seed(request):
    """A seed no test may depend on; SKMM_TESTS_GLOBAL_RANDOM_SEED=all tries a hundred of them."""
    return request.param


@pytest.fixture(scope="session")
def real_data():
    """The folder of real recordings that SKMM_DATA names."""
    folder = os.environ.get("SKMM_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("SKMM_DATA does not name a folder of real data")
    return Path(folder)


@pytest.fixture
def seeded_torch():
    """Torch draws from a seed of the test, and from where it was before afterwards."""
    import torch
    from threadpoolctl import threadpool_limits

    # Threads for tensors of a few numbers only wait for each other.
    with torch.random.fork_rng(devices=[]), threadpool_limits(1):
        torch.manual_seed(0)
        yield


@pytest.fixture
def bounded():
    """A scope that may take so much memory at its peak, and so much time of the processor.

    The bounds are a hundred times what is needed: they tell damage that is believed from damage that
    is found out. Memory is known on Linux only.
    """

    @contextmanager
    def scope(*, megabytes, seconds):
        before, start = _reset_peak(), process_time()
        yield
        assert process_time() - start < seconds
        assert before is None or _read_status("VmHWM") - before < megabytes

    return scope


def _reset_peak():
    try:
        Path("/proc/self/clear_refs").write_text("5")  # the peak becomes what there is now
        return _read_status("VmRSS")
    except OSError:
        return None


def _read_status(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1000


@pytest.fixture
def damage():
    """A function that makes many damaged versions of the content of a file, as bytes."""

    def damaged(content, n_versions):
        clean = np.frombuffer(content, dtype=np.uint8)
        for seed in range(n_versions):
            rng = np.random.default_rng(seed)
            version = clean.copy()
            version[rng.integers(len(clean), size=5)] = rng.integers(256, size=5)
            version[rng.integers(min(64, len(clean)))] = rng.integers(256)  # where it hurts
            yield version.tobytes()

    return damaged
