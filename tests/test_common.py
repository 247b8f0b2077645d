"""The contracts of skmm over every public estimator.

Estimators are discovered, not listed: a new one without toy data in ``tests/toys.py`` fails here. Those
that take numbers go through scikit-learn's whole suite; those that take raw samples through the checks
of that suite that need no X; and all of them through the contracts of skmm itself.
"""

import copy
import importlib
import inspect
import os
import pickle
import pkgutil
import warnings

import joblib
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_checks, get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

import skmm
from skmm import ModalityError, MultimodalFusion, make_frame
from skmm._input import holds_modalities
from skmm.frame import TensorArray
from tests.toys import EXTRACTORS, NUMERIC, PAIRED, N, blocks

MODULES = ["skmm", "skmm.frame"] + [
    f"skmm.{m.name}" for m in pkgutil.iter_modules(skmm.__path__) if m.ispkg
]


def public_estimators():
    found = {}
    for module in map(importlib.import_module, MODULES):
        for name in module.__all__:
            value = getattr(module, name)
            is_estimator = inspect.isclass(value) and issubclass(value, BaseEstimator)
            if is_estimator and hasattr(value, "fit"):  # others are parameters of estimators
                found[name] = value
    return found


def test_every_public_estimator_is_in_exactly_one_suite():
    names = [*EXTRACTORS, *NUMERIC, *PAIRED]
    assert sorted(names) == sorted(public_estimators())


# tests/nn/test_checks.py has longer trained ones of skmm.nn.
FUSIONS = [
    e
    for instances in NUMERIC.values()
    for e in instances
    if not type(e).__module__.startswith("skmm.nn")
]


@parametrize_with_checks(FUSIONS)
def test_scikit_learns_whole_suite(estimator, check):
    check(estimator)


NO_X_CHECKS = [
    "estimator_cloneable",
    "estimator_tags_renamed",
    "valid_tag_types",
    "estimator_repr",
    "no_attributes_set_in_init",
    "do_not_raise_errors_in_init_or_set_params",
    "get_params_invariance",
    "set_params",
    "parameters_default_constructible",
    "param_validation",
    "mixin_order",
]


@pytest.fixture(params=EXTRACTORS)
def extractor(request):
    return clone(EXTRACTORS[request.param][0])


@pytest.fixture
def samples(extractor):
    return EXTRACTORS[type(extractor).__name__][1]()


@pytest.fixture(params=[e for instances in NUMERIC.values() for e in instances], ids=repr)
def fusion(request):
    return clone(request.param)


def example_of(name):
    return clone(EXTRACTORS[name][0] if name in EXTRACTORS else (NUMERIC | PAIRED)[name][0])


@pytest.fixture(params=[*EXTRACTORS, *NUMERIC, *PAIRED])
def estimator(request):
    return example_of(request.param)


@pytest.fixture(params=[e for instances in PAIRED.values() for e in instances], ids=repr)
def paired(request):
    return clone(request.param)


def toy_data(estimator):
    """X and y that the estimator takes."""
    name = type(estimator).__name__
    if name in EXTRACTORS:
        return EXTRACTORS[name][1](), np.arange(N) % 2
    if name in PAIRED:
        return blocks()[:2]
    X = np.random.default_rng(0).normal(size=(24, 3))
    return X, np.arange(24) % 3 if is_classifier(estimator) else X @ [1.0, 2.0, 3.0]


def output(estimator, X):
    """What the fitted estimator makes of X, as a dense array."""
    if hasattr(estimator, "embed") and not hasattr(estimator, "transform"):
        return np.vstack([estimator.embed(X[X[name].notna()], name) for name in X])
    # Deep fusions predict and transform; transformers do not predict.
    for method in ("predict_proba", "predict", "transform"):
        if hasattr(estimator, method):
            result = getattr(estimator, method)(X)
            if holds_modalities(result):  # blocks, which are put side by side
                cells = [result[name].array.tensor for name in result]
                return np.hstack([tensor.reshape(len(tensor), -1) for tensor in cells])
            return result.toarray() if sparse.issparse(result) else np.asarray(result)
    raise TypeError(f"{type(estimator).__name__} gives nothing")


@pytest.mark.parametrize("check", NO_X_CHECKS)
def test_scikit_learns_checks_that_need_no_x(extractor, check):
    getattr(estimator_checks, f"check_{check}")(type(extractor).__name__, extractor)


@pytest.mark.parametrize("check", NO_X_CHECKS)
def test_scikit_learns_checks_that_need_no_x_of_pairs(paired, check):
    getattr(estimator_checks, f"check_{check}")(type(paired).__name__, paired)


# -- extractors: from a column of raw samples to a block


def test_a_block_has_one_row_per_sample_and_a_name_per_column(extractor, samples):
    block = extractor.fit_transform(samples)
    assert block.shape == (N, *extractor.block_shape_)
    names = extractor.get_feature_names_out()
    assert len(names) == (block.shape[1] if block.ndim == 2 else 1)
    assert len(set(names)) == len(names)
    assert block.dtype == (np.int64 if block.dtype.kind == "i" else np.float32)


def test_a_row_does_not_depend_on_its_companions(extractor, samples):
    extractor.fit(samples)
    whole = output(extractor, samples)
    for row in (0, 4, N - 1):
        assert_array_equal(output(extractor, [samples[row]])[0], whole[row])
    order = np.random.default_rng(0).permutation(N)
    assert_array_equal(output(extractor, [samples[row] for row in order]), whole[order])


def test_batch_size_and_workers_do_not_change_a_row(extractor, samples):
    whole = output(extractor.fit(samples), samples)
    for params in ({"batch_size": 1}, {"batch_size": 2}, {"batch_size": 17}, {"n_jobs": 2}):
        if set(params) <= set(extractor.get_params()):
            assert_array_equal(
                output(clone(extractor).set_params(**params).fit(samples), samples), whole
            )


def test_a_cache_does_not_change_a_row(extractor, samples, tmp_path):
    if "memory" not in extractor.get_params():
        return
    without = output(clone(extractor).fit(samples), samples)
    extractor.set_params(memory=tmp_path)
    for state in ("cold", "warm"):
        assert_array_equal(output(clone(extractor).fit(samples), samples), without, state)
    os.truncate(tmp_path / "rows-1" / "data.mdb", 8192)
    with pytest.warns(UserWarning, match="cannot be used"):
        assert_array_equal(output(extractor.fit(samples), samples), without, "broken")


def test_what_changes_a_row_changes_its_key(extractor):
    if "memory" not in extractor.get_params():
        return
    key = extractor.set_params(memory="somewhere")._hash_configuration()
    for name in extractor.get_params():
        changed = clone(extractor).set_params(**{name: "changed"})._hash_configuration()
        assert (changed == key) == (name in extractor._unkeyed), name


def test_every_container_gives_the_same_block(extractor, samples):
    expected = output(extractor.fit(samples), samples)
    cells = np.empty(N, dtype=object)
    for row, cell in enumerate(samples):
        cells[row] = cell
    containers = [pd.Series(cells), pd.Series(cells).to_frame("modality"), cells]
    if isinstance(samples[0], np.ndarray):
        containers += [TensorArray(np.stack(samples)), np.stack(samples)]
    for container in containers:
        assert_array_equal(output(extractor, container), expected)


def test_a_null_cell_is_nan_or_refused_by_name(extractor, samples):
    extractor.fit(samples)
    whole = output(extractor, samples)
    for null in (None, np.nan, pd.NA):
        cells = pd.Series(
            [*samples[:3], null, *samples[3:]], index=range(10, 20 + N - 9), dtype=object
        )
        if whole.dtype.kind == "f" and not sparse.issparse(extractor.transform(samples[:1])):
            block = output(extractor, cells)
            assert np.isnan(block[3]).all()
            assert_array_equal(np.delete(block, 3, axis=0), whole)
        else:
            with pytest.raises(ModalityError, match=r"row 3 \(index 13\).*MultimodalFusion"):
                extractor.transform(cells)


def test_fit_skips_null_cells(extractor, samples):
    gaps = [None, *samples]
    whole = output(extractor.fit(samples), samples)
    if whole.dtype.kind == "f" and not sparse.issparse(extractor.transform(samples[:1])):
        assert_array_equal(output(clone(extractor).fit(gaps), samples), whole)
    with pytest.raises(ModalityError, match="missing in every sample"):
        clone(extractor).fit([None, None])


@pytest.mark.parametrize("bad", ["nowhere.xyz", object()], ids=["path", "object"])
def test_a_bad_sample_is_raised_or_missing(extractor, samples, bad):
    if "on_error" not in extractor.get_params():
        return
    whole = output(clone(extractor).fit(samples), samples)
    cells = pd.Series([bad, *samples, bad], index=range(10, 12 + N), name="a", dtype=object)
    with pytest.raises(ModalityError, match=r"modality 'a', row (0|10) \(index (10|20)\)"):
        clone(extractor).fit(cells)
    extractor.set_params(on_error="missing").fit(samples)
    with pytest.warns(UserWarning, match=f"2 of {N + 2} samples cannot be used"):
        block = extractor.transform(cells)
    assert [failure.index for failure in extractor.failures_] == [10, 11 + N]
    assert_array_equal(block[1:-1], whole)
    assert np.isnan(block[[0, -1]]).all()
    with pytest.warns(UserWarning, match="samples cannot be used"):
        again = extractor.fit_transform(cells)
    assert np.isnan(again.reshape(N + 2, -1)).all(axis=1).tolist() == [True, *[False] * N, True]


def test_a_bad_sample_is_a_missing_modality_of_a_fusion(extractor, samples):
    if "on_error" not in extractor.get_params():
        return
    frame = make_frame(a=[samples[0], "nowhere.xyz", *samples[2:]])
    member = make_pipeline(FunctionTransformer(), clone(extractor).set_params(on_error="missing"))
    for transformer in (member, member[1]):
        fusion = MultimodalFusion([("a", transformer)], fusion=None)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*samples cannot be used", UserWarning)
            with pytest.raises(ModalityError, match=r"'a', row 1 \(.*missing=\"error\"; set"):
                fusion.fit(frame)
            fused = fusion.set_params(missing="nan").fit_transform(frame)
            filled = fusion.set_params(missing="zero").fit_transform(frame)
        assert fused["a"].isna().tolist() == [row == 1 for row in range(N)]
        assert not filled["a"].array.tensor[1].any()


def test_inside_multimodal_fusion_nulls_are_handled(extractor, samples):
    frame = make_frame(a=[samples[0], None, *samples[2:]])
    fusion = MultimodalFusion([("a", extractor)], fusion=None, missing="nan")
    if sparse.issparse(clone(extractor).fit_transform(samples)):
        fusion.set_params(fusion="concat", missing="zero")
        fused = fusion.fit_transform(frame)
        assert fused[[1]].nnz == 0
    else:
        fused = fusion.fit_transform(frame)
        assert fused["a"].isna().tolist() == [row == 1 for row in range(N)]


def test_works_in_scikit_learns_tools(extractor, samples):
    """Pipeline, ColumnTransformer, GridSearchCV and cross_validate."""
    frame, y = make_frame(a=samples), np.arange(N) % 2
    block = clone(extractor).fit_transform(samples)
    flat = [] if block.ndim == 2 else [FunctionTransformer(flatten)]
    features = ColumnTransformer([("a", make_pipeline(extractor, *flat), "a")])
    model = make_pipeline(features, Constant())
    assert "score_time" in cross_validate(model, frame, y, cv=2)
    grid = {f"columntransformer__a__{type(extractor).__name__.lower()}__verbose": [False]}
    if "verbose" in extractor.get_params():
        assert GridSearchCV(model, grid, cv=2).fit(frame, y).best_score_ >= 0


def flatten(block):
    return np.nan_to_num(block.reshape(len(block), -1))


class Constant(LogisticRegression):
    """Predict one class, whatever comes in: only the way there is of interest."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(X.shape[0], self.classes_[0])


def test_an_extractor_that_must_be_fitted_says_so(extractor, samples):
    if get_tags(extractor).requires_fit:
        with pytest.raises(NotFittedError):
            extractor.transform(samples)
    else:
        assert_array_equal(
            output(extractor, samples), output(clone(extractor).fit(samples), samples)
        )
    with pytest.raises(NotFittedError):
        clone(extractor).get_feature_names_out()


# -- all estimators


def global_state():
    import torch

    numpys = np.random.get_state()[1]  # noqa: NPY002 - the very state that must not change
    return numpys.tolist(), torch.get_rng_state().tolist(), torch.get_num_threads()


def test_fit_leaves_x_y_and_global_state_as_they_were(estimator):
    X, y = toy_data(estimator)
    before, state = joblib.hash((X, y)), global_state()
    output(estimator.fit(X, y), X)
    assert joblib.hash((X, y)) == before
    assert global_state() == state


@pytest.mark.parametrize(
    "estimator",
    [
        name
        for name in (*EXTRACTORS, *NUMERIC, *PAIRED)
        if "random_state" in example_of(name).get_params()
    ],
    indirect=True,
)
def test_fit_without_a_seed_leaves_global_state_alone(estimator):
    X, y = toy_data(estimator)
    state = global_state()
    estimator.set_params(random_state=None).fit(X, y)
    assert global_state() == state


def test_read_only_x_gives_equal_results(estimator):
    X, y = toy_data(estimator)
    expected = output(clone(estimator).fit(X, y), X)
    for array in X if isinstance(X, list) else [X]:
        if isinstance(array, np.ndarray):
            array.flags.writeable = False
    assert_array_equal(output(estimator.fit(X, y), X), expected)


def test_fitting_twice_gives_equal_results(estimator):
    X, y = toy_data(estimator)
    once = output(estimator.fit(X, y), X)
    assert_array_equal(output(estimator.fit(X, y), X), once)


@pytest.mark.parametrize(
    "copied",
    [
        lambda model, path: pickle.loads(pickle.dumps(model)),
        lambda model, path: copy.deepcopy(model),
        lambda model, path: joblib.load(joblib.dump(model, path / "model")[0]),
        lambda model, path: joblib.load(joblib.dump(model, path / "model")[0], mmap_mode="r"),
        lambda model, path: skmm.dump(model, path / "model") or skmm.load(path / "model"),
    ],
    ids=["pickle", "deepcopy", "joblib", "joblib-mmap", "dump"],
)
def test_a_copy_predicts_the_same(estimator, copied, tmp_path):
    X, y = toy_data(estimator)
    unfitted = copied(estimator, tmp_path)
    assert repr(unfitted) == repr(estimator)
    expected = output(estimator.fit(X, y), X)
    loaded = copied(estimator, tmp_path)
    assert_array_equal(output(loaded, X), expected)
    assert_array_equal(output(loaded.fit(X, y), X), expected)


def test_a_failed_refit_keeps_the_old_model(estimator):
    X, y = toy_data(estimator)
    before = output(estimator.fit(X, y), X)
    state = set(vars(estimator))
    with pytest.raises((ValueError, TypeError)):
        estimator.fit({"a": X}, y)
    bad = [None] * 3 if isinstance(X, list) else np.full((24, 2), np.nan)
    with pytest.raises(ValueError, match="missing in every sample|NaN"):
        estimator.fit(bad, y)
    assert set(vars(estimator)) == state
    assert_array_equal(output(estimator, X), before)


def test_a_dict_is_refused_with_the_way_out(estimator):
    X, y = toy_data(estimator)
    with pytest.raises(TypeError, match=r"make_frame\(\*\*X\)"):
        estimator.fit({"a": X}, y)


def test_html_repr(estimator):
    assert type(estimator).__name__ in estimator._repr_html_()


# -- fusions of blocks


def fit_on_blocks(fusion):
    """The fusion set up for a frame of blocks with gaps, fitted on it."""
    frame, classes, numbers = blocks()
    y = classes if is_classifier(fusion) else numbers
    name = type(fusion).__name__
    if name == "MultimodalFusion":
        fusion.set_params(transformers=[(m, "passthrough") for m in frame], missing="mean")
    elif name == "FusionSearchCV":
        fusion.set_params(features=[(m, "passthrough") for m in frame])
    elif name.startswith("Late"):
        flat = FunctionTransformer(flatten)
        model = NUMERIC[name][0].estimators[0][1]
        fusion.set_params(estimators=[(m, make_pipeline(flat, model)) for m in frame])
    return fusion.fit(frame, y), frame


@pytest.mark.parametrize("junk", [np.nan, 1e6])
def test_what_lies_in_a_missing_cell_never_counts(fusion, junk):
    fitted, frame = fit_on_blocks(fusion)
    expected = output(fitted, frame)
    dirty = frame.copy()
    for modality in frame:
        tensor, present = frame[modality].array.tensor.copy(), frame[modality].array.present
        tensor[~present] = junk
        dirty[modality] = TensorArray(tensor, present)
    assert_array_equal(output(fitted, dirty), expected)


def test_rows_without_any_modality_give_finite_output(fusion):
    fitted, frame = fit_on_blocks(fusion)
    frame.loc[0, ["vector", "image"]] = None
    assert np.isfinite(output(fitted, frame)).all()


def test_probabilities_sum_to_one_whatever_is_missing(fusion):
    if is_classifier(fusion):
        fitted, frame = fit_on_blocks(fusion)
        for modality in frame:
            probabilities = output(fitted, frame.assign(**{modality: None}))
            np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)


def test_order_of_columns_and_further_columns_do_not_matter(fusion):
    fitted, frame = fit_on_blocks(fusion)
    other = frame[["image", "vector"]].assign(text="x")
    assert_array_equal(output(fitted, other), output(fitted, frame))


def test_a_row_of_a_fused_block_does_not_depend_on_its_companions(fusion):
    if not hasattr(fusion, "predict"):  # a net agrees to its precision only
        fitted, frame = fit_on_blocks(fusion)
        whole = output(fitted, frame)
        for row in range(len(frame)):
            assert_array_equal(output(fitted, frame.iloc[[row]])[0], whole[row])
        assert_array_equal(output(fitted, frame.iloc[::-1])[::-1], whole)
        halves = [output(fitted, frame.iloc[part]) for part in (slice(7), slice(7, None))]
        assert_array_equal(np.vstack(halves), whole)


def test_a_fused_block_has_a_name_for_every_column(fusion):
    if hasattr(fusion, "transform"):
        fitted, frame = fit_on_blocks(fusion)
        names = fitted.get_feature_names_out()
        assert len(set(names)) == len(names) == fitted.transform(frame).shape[1]
        named = fitted.set_output(transform="pandas").transform(frame)
        assert list(named.columns) == list(names)
        assert list(named.index) == list(frame.index)


def test_n_jobs_does_not_change_a_fusion(fusion):
    if "n_jobs" in fusion.get_params():
        one, frame = fit_on_blocks(clone(fusion))
        two, _ = fit_on_blocks(fusion.set_params(n_jobs=2))
        assert_array_equal(output(one, frame), output(two, frame))
