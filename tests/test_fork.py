"""A fork after torch has worked: what hung before does not, and gives the same results."""

import os
import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs forks")

FIT = """
import os, sys, warnings
import numpy as np
import torch
from joblib import parallel_config
from multiprocessing import get_context
from sklearn.model_selection import cross_val_score
from threadpoolctl import threadpool_limits
from skmm import DeepFusionClassifier

warnings.simplefilter("ignore", DeprecationWarning)  # newer versions of Python warn of forks
torch.set_num_threads(2)
rng = np.random.default_rng(0)
X, y = rng.normal(size=(300, 400)).astype("f4"), np.arange(300) % 3
model = DeepFusionClassifier(max_epochs=2, embed_dim=256, random_state=0)
fitted = DeepFusionClassifier(**model.get_params()).fit(X, y)  # wakes up the threads of OpenMP

def use(_=None):
    assert torch.get_num_threads() == 1
    model.fit(X, y)
    return np.allclose(model.predict_proba(X), fitted.predict_proba(X), atol=1e-4)
"""
FORK = """
pid = os.fork()
if pid == 0:
    os._exit(not use())
assert os.waitpid(pid, 0)[1] == 0
"""
POOL = """
with get_context("fork").Pool(2) as pool:
    assert pool.map(use, range(2)) == [True, True]
"""
JOBLIB = """
with parallel_config("multiprocessing", n_jobs=2):
    forked = cross_val_score(model, X, y, cv=2)
with threadpool_limits(1):
    assert forked.tolist() == cross_val_score(model, X, y, cv=2).tolist()
"""
UNCHANGED = """
assert torch.get_num_threads() == 2
"""


def test_forked_processes_fit_and_predict():
    process = subprocess.Popen(
        [sys.executable, "-c", FIT + FORK + POOL + JOBLIB + UNCHANGED],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=os.getcwd(),
    )
    try:
        _, errors = process.communicate(timeout=120)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0, errors


def test_a_fork_without_torch_is_left_alone():
    code = (
        "import os, sys, skmm\n"
        "pid = os.fork()\n"
        "if pid == 0: os._exit('torch' in sys.modules)\n"
        "assert os.waitpid(pid, 0)[1] == 0\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
