"""Code to run in processes of its own."""

import sys
from pathlib import Path
from subprocess import PIPE, Popen

import pytest


@pytest.fixture
def run():
    """Start Python on some code, which may import the tests of this folder."""
    processes = []

    def start(code):
        setting = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})"
        command = [sys.executable, "-c", f"{setting}\n{code}"]
        processes.append(Popen(command, stdout=PIPE, stderr=PIPE, text=True))
        return processes[-1]

    yield start
    for process in processes:
        with process:  # closes its pipes
            process.kill()
