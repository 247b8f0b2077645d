"""Nothing asks another machine for anything: see the fixture ``_no_network``, which watches all tests."""

import socket
import subprocess
import sys

import pytest

from tests.conftest import NetworkError


def test_a_connection_to_another_machine_is_noticed():
    with socket.socket() as telephone, pytest.raises(NetworkError, match="192.0.2.1"):
        telephone.connect(("192.0.2.1", 80))


def test_imports_open_no_socket():
    code = (
        "import socket\n"
        "def refuse(*args, **kwargs): raise SystemExit(f'a socket was opened: {args}')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "import importlib, pkgutil, skmm\n"
        "for module in pkgutil.walk_packages(skmm.__path__, 'skmm.'):\n"
        "    importlib.import_module(module.name)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)
