"""Nothing asks another machine for anything: see the fixture ``_no_network``, which watches all tests."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import NetworkError

ROOT = Path(__file__).parents[1]
# What the interpreter itself reports, whoever opens the socket in Python: also `connect_ex` and UDP.
WATCH = """
import sys
WATCHED = {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"}
WATCHED |= {"socket.gethostbyname", "urllib.Request"}
def watch(event, args):
    if event in WATCHED:
        sys.stderr.write(f"NETWORK {event} {args}\\n")
        sys.stderr.flush()
        import os
        os._exit(7)
sys.addaudithook(watch)
"""
IMPORT_ALL = """
import importlib, pkgutil, skmm
for module in pkgutil.walk_packages(skmm.__path__, "skmm."):
    importlib.import_module(module.name)
"""
USE_ALL = """
import warnings
warnings.simplefilter("ignore")
from tests.test_common import example_of, output, toy_data
from tests.toys import EXTRACTORS, NUMERIC, PAIRED
for name in [*EXTRACTORS, *NUMERIC, *PAIRED]:
    estimator = example_of(name)
    X, y = toy_data(estimator)
    output(estimator.fit(X, y), X)
    print(name)
"""
CALL = (
    "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'', ('192.0.2.1', 9))"
)


def run(*code):
    command = [sys.executable, "-c", WATCH + "\n".join(code)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300)


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
def test_a_connection_to_another_machine_is_noticed(method):
    with socket.socket() as telephone, pytest.raises(NetworkError, match="192.0.2.1"):
        getattr(telephone, method)(("192.0.2.1", 80))


def test_a_question_for_the_address_of_another_machine_is_noticed():
    with pytest.raises(NetworkError, match=r"example\.org"):
        socket.getaddrinfo("example.org", 80)


def test_the_watch_sees_what_it_is_there_for():
    outcome = run(CALL)
    assert outcome.returncode == 7
    assert outcome.stderr.startswith("NETWORK socket.sendto")


@pytest.mark.slow
def test_import_fit_and_predict_of_every_estimator_use_no_network():
    outcome = run(IMPORT_ALL, USE_ALL)
    assert outcome.returncode == 0, outcome.stderr
    from tests.test_common import public_estimators

    assert set(outcome.stdout.split()) == set(public_estimators())
