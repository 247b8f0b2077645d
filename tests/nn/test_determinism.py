"""An int seed gives equal results everywhere, and the process is left as it was."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch
from joblib import parallel_config
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.model_selection import cross_val_predict
from threadpoolctl import threadpool_limits

from skmm._tensor import TensorArray
from skmm.nn._fusions import FUSIONS
from tests.nn.quick import quick


def test_an_int_seed_gives_equal_results_again(toy):
    X, y = toy
    assert_array_equal(*(quick(modality_dropout=0.3).fit(X, y).predict_proba(X) for _ in range(2)))


def test_an_int_seed_gives_equal_results_for_any_n_jobs(toy):
    X, y = toy
    one, two = (
        cross_val_predict(quick(), X, y, cv=2, n_jobs=n, method="predict_proba") for n in (1, 2)
    )
    assert_array_equal(one, two)


def test_an_int_seed_gives_equal_results_in_another_process():
    code = (
        "import numpy as np\n"
        "from skmm.nn import DeepFusionClassifier\n"
        "X = np.random.default_rng(0).normal(size=(30, 4))\n"
        "model = DeepFusionClassifier(max_epochs=3, random_state=0).fit(X, np.arange(30) % 2)\n"
        "digits = model.predict_proba(X).tobytes().hex()\n"
    )
    there = subprocess.run(
        [sys.executable, "-c", code + "print(digits)"], capture_output=True, text=True, check=True
    )
    here = {}
    exec(code, here)
    assert there.stdout.strip() == here["digits"]


@pytest.mark.parametrize("fusion", FUSIONS)
def test_results_do_not_depend_on_the_number_of_threads(toy, fusion):
    X, y = toy
    results = []
    for n_threads in (1, 2):
        with threadpool_limits(n_threads):
            results.append(quick(fusion=fusion, embed_dim=64).fit(X, y).predict_proba(X))
    assert_array_equal(*results)


def test_fit_leaves_global_random_states_and_threads_as_they_were(toy):
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()  # noqa: NPY002
    n_threads = torch.get_num_threads()
    quick(early_stopping=True).fit(*toy)
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert_array_equal(np.random.get_state()[1], numpy_state[1])  # noqa: NPY002
    assert torch.get_num_threads() == n_threads


def test_a_read_only_X_is_neither_written_to_nor_warned_about(toy):
    X, y = toy
    tensors = [X[name].array.tensor for name in X]
    before = [tensor.copy() for tensor in tensors]
    frozen = {}
    for name, tensor in zip(X, tensors, strict=True):
        tensor = tensor.view()
        tensor.flags.writeable = False
        frozen[name] = TensorArray(tensor)
    frozen = pd.DataFrame(frozen, copy=False)
    expected = quick().fit(X, y).predict_proba(X)
    assert_array_equal(quick().fit(frozen, y).predict_proba(frozen), expected)
    for tensor, copy in zip(tensors, before, strict=True):
        assert_array_equal(tensor, copy)


def test_a_row_alone_is_predicted_as_in_its_table(holes):
    X, y = holes
    model = quick().fit(X, y)
    alone = np.concatenate([model.predict_proba(X.iloc[[row]]) for row in range(40)])
    assert_allclose(alone, model.predict_proba(X), rtol=1e-5)


def test_fits_in_threads_equal_fits_one_after_the_other(toy):
    X, y = toy
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    options = {"cv": 4, "method": "predict_proba"}
    expected = cross_val_predict(quick(dropout=0.5), X, y, **options)
    with parallel_config("threading"):
        found = cross_val_predict(quick(dropout=0.5), X, y, n_jobs=4, **options)
    assert_array_equal(found, expected)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.get_num_threads() == threads
