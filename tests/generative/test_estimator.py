"""What all generative fusions share; what each of them learns is in the test of each."""

import copy
import os
import pickle
import pickletools
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skmm import MultimodalFusion
from skmm.frame import make_frame, presence_mask
from skmm.generative import AdversarialFusion, AutoencoderFusion, VariationalFusion
from skmm.nn._training.state import FORMAT

# Games that are broken off after a moment are not healthy.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

QUICK = {"max_epochs": 5, "hidden_dims": (8,), "random_state": 0}
FUSIONS = [
    AutoencoderFusion(3, **QUICK),
    AutoencoderFusion(3, noise=0.1, **(QUICK | {"hidden_dims": ()})),
    VariationalFusion(3, **QUICK),
    VariationalFusion(3, mixture="mopoe", **QUICK),
    AdversarialFusion(3, **QUICK),
    AdversarialFusion(3, method="gan", regularization="spectral", **QUICK),
]


@pytest.fixture(params=FUSIONS, ids=repr)
def fusion(request):
    return clone(request.param)


def test_reconstruct_has_the_form_and_the_index_of_x(fusion, gaps):
    again = fusion.fit(gaps).reconstruct(gaps)
    assert again.dtypes.equals(gaps.dtypes)
    assert again.index.equals(gaps.index)
    assert presence_mask(again).all(axis=None)


def test_reconstruct_decodes_what_transform_gives(fusion, gaps):
    fusion.fit(gaps)
    decoded = fusion.inverse_transform(fusion.transform(gaps))
    again = fusion.reconstruct(gaps)
    for modality in gaps:
        assert_array_equal(decoded[modality].array.tensor, again[modality].array.tensor)


def test_codes_of_a_pandas_output_are_decoded_with_their_index(fusion, toy):
    fusion.set_output(transform="pandas").fit(toy)
    assert fusion.inverse_transform(fusion.transform(toy)).index.equals(toy.index)


def test_a_plain_matrix_comes_back_as_one(fusion, global_random_seed):
    X = np.random.default_rng(global_random_seed).normal(size=(20, 4))
    fusion.fit(X)
    assert fusion.transform(X).dtype == np.float32
    for again in (fusion.reconstruct(X), fusion.inverse_transform(fusion.transform(X))):
        assert again.shape == X.shape
        assert again.dtype == X.dtype
    assert_array_equal(fusion.impute(X), X)


def test_impute_fills_gaps_and_nothing_else(fusion, gaps):
    filled = fusion.fit(gaps).impute(gaps)
    again = fusion.reconstruct(gaps)
    assert filled.dtypes.equals(gaps.dtypes)
    assert filled.index.equals(gaps.index)
    for modality in gaps:
        column, present = filled[modality].array, gaps[modality].array.present
        assert column.present.all()
        assert_array_equal(column.tensor[present], gaps[modality].array.tensor[present])
        assert_array_equal(column.tensor[~present], again[modality].array.tensor[~present])


def test_impute_keeps_the_dtype_of_x_and_not_of_fit(fusion, toy):
    other = make_frame(vector=toy["vector"], picture=toy["picture"].array.tensor.astype(np.float32))
    other.loc[3, "picture"] = None
    filled = fusion.fit(toy).impute(other)
    assert filled["picture"].array.tensor.dtype == np.float32


def test_impute_fills_a_modality_that_is_missing_in_every_row(fusion, toy):
    filled = fusion.fit(toy).impute(toy.assign(picture=None))
    assert filled["picture"].dtype == toy["picture"].dtype
    assert presence_mask(filled).all(axis=None)


def test_imputed_blocks_do_not_depend_on_what_lies_in_gaps(fusion, gaps):
    filled = fusion.fit(gaps).impute(gaps)["vector"].array.tensor
    tensor = gaps["vector"].array.tensor.copy()
    tensor[~gaps["vector"].array.present] = np.nan
    dirty = gaps.assign(vector=type(gaps["vector"].array)(tensor, gaps["vector"].array.present))
    assert_array_equal(fusion.impute(dirty)["vector"].array.tensor, filled)
    assert_array_equal(clone(fusion).fit(dirty).transform(dirty), fusion.transform(gaps))


def test_rows_do_not_depend_on_each_other(fusion, gaps):
    whole = fusion.fit(gaps).impute(gaps)
    codes = fusion.transform(gaps)
    for row in (0, 3, 4, 7, 59):
        one = gaps.iloc[[row]]
        assert_array_equal(fusion.transform(one)[0], codes[row])
        for modality in gaps:
            alone = fusion.impute(one)[modality].array.tensor[0]
            assert_array_equal(alone, whole[modality].array.tensor[row])


def test_a_row_without_any_modality_teaches_nothing(fusion, gaps):
    without = gaps.drop(index="row7")
    codes = fusion.fit(gaps).transform(gaps)
    assert_array_equal(clone(fusion).fit(without).transform(gaps), codes)


def test_the_same_seed_gives_the_same_codes_in_every_process(toy, tmp_path):
    codes = [clone(fusion).fit(toy).transform(toy).tobytes() for fusion in FUSIONS]
    (tmp_path / "task").write_bytes(pickle.dumps((FUSIONS, toy)))
    code = (
        "import pickle, sys; fusions, X = pickle.load(open(sys.argv[1], 'rb'));"
        "sys.stdout.buffer.write(b''.join(f.fit(X).transform(X).tobytes() for f in fusions))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "task"],
        env=os.environ | {"OMP_NUM_THREADS": "2", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=True,
    )
    assert done.stdout == b"".join(codes)


def test_another_seed_gives_other_codes(fusion, toy):
    codes = fusion.fit(toy).transform(toy)
    assert not np.array_equal(fusion.set_params(random_state=1).fit(toy).transform(toy), codes)


def test_ctrl_c_ends_training_and_leaves_the_old_model(fusion, toy):
    codes = fusion.fit(toy).transform(toy)
    state = dict(vars(fusion))
    fusion.set_params(max_epochs=10**6)
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        fusion.fit(make_frame(other=np.random.default_rng(0).normal(size=(9, 2))))
    assert vars(fusion) == state | {"max_epochs": 10**6}
    assert_array_equal(fusion.transform(toy), codes)


def test_a_pickle_holds_arrays_and_nothing_of_torch(fusion, toy):
    fusion.fit(toy)
    strings = {
        arg for _, arg, _ in pickletools.genops(pickle.dumps(fusion)) if isinstance(arg, str)
    }
    assert {s for s in strings if s.split(".")[0] in ("torch", "skorch")} <= {"torch"}
    weights = fusion.__getstate__()["_weights"]
    assert all(type(array) is np.ndarray for array in weights.values())
    again = pickle.loads(pickle.dumps(fusion))
    assert_array_equal(again.transform(toy), fusion.transform(toy))
    assert again.history_.equals(fusion.history_)


def test_parameters_set_after_fit_do_not_break_loading(fusion, toy):
    codes = fusion.fit(toy).transform(toy)
    fusion.set_params(n_components=99, hidden_dims=(1, 2))
    assert_array_equal(copy.deepcopy(fusion).transform(toy), codes)
    assert len(fusion.get_feature_names_out()) == codes.shape[1]


def test_weights_that_do_not_fit_are_refused(fusion, toy):
    state = fusion.fit(toy).__getstate__()
    name = next(iter(state["_weights"]))
    spoiled = state | {"_weights": state["_weights"] | {name: np.zeros(1)}}
    with pytest.raises(ValueError, match="weights do not fit the network"):
        type(fusion).__new__(type(fusion)).__setstate__(spoiled)
    with pytest.raises(ValueError, match=f"reads format {FORMAT}"):
        type(fusion).__new__(type(fusion)).__setstate__(state | {"_versions": None})


def test_it_is_a_fusion_of_multimodal_fusion_and_part_of_a_search(fusion, gaps):
    y = np.arange(60) % 2
    features = MultimodalFusion([(m, "passthrough") for m in gaps], fusion=fusion, missing="nan")
    grid = {"multimodalfusion__fusion__n_components": [1, 2]}
    search = GridSearchCV(make_pipeline(features, LogisticRegression()), grid, cv=2).fit(gaps, y)
    assert search.best_estimator_[:-1].transform(gaps).shape[0] == 60


def test_what_needs_a_fitted_model_says_so(fusion, toy):
    for ask in (
        fusion.transform,
        fusion.reconstruct,
        fusion.impute,
        lambda X: fusion.inverse_transform(np.zeros((1, 3))),
        lambda X: fusion.history_,
    ):
        with pytest.raises(NotFittedError):
            ask(toy)


def test_no_samples_teach_nothing_and_have_no_codes(fusion, toy):
    with pytest.raises(ValueError, match=r"Found 0 sample\(s\) \(shape=\(0, 2\)\)"):
        fusion.fit(toy[:0])
    assert fusion.fit(toy).transform(toy[:0]).shape[0] == 0
    assert fusion.impute(toy[:0]).dtypes.equals(toy.dtypes)


def test_columns_are_found_by_name(fusion, toy):
    codes = fusion.fit(toy).transform(toy)
    assert_array_equal(fusion.transform(toy[toy.columns[::-1]].assign(more=1)), codes)
    with pytest.raises(ValueError, match="X has no column 'picture'"):
        fusion.transform(toy[["vector"]])


def test_codes_of_another_width_are_refused(fusion, toy):
    with pytest.raises(ValueError, match="Z has 1 columns, and a code has"):
        fusion.fit(toy).inverse_transform(np.zeros((2, 1)))


def test_values_far_beyond_those_of_fit_are_named(fusion):
    X = np.random.default_rng(0).normal(size=(20, 3))
    fusion.fit(X)
    X[4] = 1e200
    with pytest.raises(ValueError, match="code of row 4 is not finite"):
        fusion.transform(X)


@pytest.mark.parametrize("width", [0, -3, 2.5, True, "8"])
def test_a_width_that_is_none_is_refused(fusion, toy, width):
    with pytest.raises(ValueError, match=f"hidden_dims holds {width!r}; expected integers from 1"):
        fusion.set_params(hidden_dims=(width,)).fit(toy)


@pytest.mark.parametrize(
    "params",
    [{"n_components": 0}, {"max_epochs": 0}, {"batch_size": 0}, {"lr": 0}, {"weight_decay": -1}],
)
def test_parameters_out_of_bounds_are_refused(fusion, toy, params):
    with pytest.raises(ValueError, match=f"The '{next(iter(params))}' parameter"):
        fusion.set_params(**params).fit(toy)


def test_a_device_that_is_not_there_is_refused(fusion, toy):
    with pytest.raises(ValueError, match="device='cuda:99' cannot be used"):
        fusion.set_params(device="cuda:99").fit(toy)


def test_training_options_count(fusion, toy):
    codes = fusion.fit(toy).transform(toy)
    for params in ({"lr": 0.1}, {"batch_size": 7}, {"max_epochs": 6}, {"weight_decay": 0.9}):
        other = clone(fusion).set_params(**params).fit(toy).transform(toy)
        assert not np.array_equal(other, codes), params


def test_loading_leaves_the_global_generator_alone(fusion, toy):
    copied = pickle.dumps(fusion.fit(toy))
    before = torch.get_rng_state()
    pickle.loads(copied)
    assert torch.equal(torch.get_rng_state(), before)


def test_training_is_told_of_and_is_the_same(fusion, toy, capsys):
    codes = fusion.fit(toy).transform(toy)
    assert capsys.readouterr() == ("", "")
    assert_array_equal(fusion.set_params(verbose=1).fit(toy).transform(toy), codes)
    assert capsys.readouterr().out.count("train_loss") == 5


def test_epochs_are_counted(fusion, toy):
    assert_allclose(fusion.fit(toy).history_["epoch"], [1, 2, 3, 4, 5])
    assert fusion.n_iter_ == 5
