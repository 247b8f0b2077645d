"""The model itself is the oracle: what is predicted is equal to the bit, and so is what is refused."""

import pickle
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmm import LateFusionClassifier, LateFusionRegressor, MultimodalFusion, make_frame
from skmm.image import HOGExtractor, PixelExtractor
from skmm.realtime import compile_predictor
from tests.realtime.row_models import X, Y, early, fit, late
from tests.toys import N


@pytest.fixture(scope="module")
def scalar_model():
    members = [("age", "passthrough"), ("pose", "passthrough")]
    return fit(make_pipeline(MultimodalFusion(members, missing="mean"), LogisticRegression()))


@pytest.mark.parametrize(
    "model",
    [
        make_pipeline(ColumnTransformer([("a", "passthrough", ["age"])]), LogisticRegression()),
        make_pipeline(MultimodalFusion([("a", StandardScaler(), ["age"])]), LogisticRegression()),
        LateFusionClassifier(
            [("age", LogisticRegression())], missing=StandardScaler(), rule="mean"
        ),
        LateFusionClassifier([("a", LogisticRegression(), ["age"])], rule="mean"),
        LogisticRegression(),
    ],
    ids=["columns", "list of columns", "imputer", "late list", "plain"],
)
def test_models_without_a_short_way_are_asked_themselves(model):
    numbers = make_frame(age=np.arange(float(N)))
    model = fit(model, numbers)
    predictor = compile_predictor(model)
    assert not predictor.is_compiled
    assert_array_equal(predictor.predict({"age": 3.0}), model.predict(numbers.iloc[[3]]))
    assert_array_equal(predictor.predict(numbers.iloc[[3]]), model.predict(numbers.iloc[[3]]))


def test_a_row_of_plain_numbers():
    numbers = np.random.default_rng(0).normal(size=(N, 3))
    model = fit(
        make_pipeline(MultimodalFusion([("a", "passthrough", [0, 1])]), LogisticRegression()),
        numbers,
    )
    assert_array_equal(
        compile_predictor(model).predict_proba(numbers[:1]), model.predict_proba(numbers[:1])
    )


BAD = {
    "no file": {"image": "nowhere.png"},
    "too small": {"image": np.zeros((0, 3), dtype=np.uint8)},
    "not a text": {"text": 4},
    "null": {"image": None},
    "NaN": {"pose": np.full(N, np.nan)},
    "shape": {"pose": np.zeros(N + 1)},
    "a string for a number": {"age": "old"},
}


@pytest.mark.parametrize("bad", BAD)
def test_errors_are_those_of_the_model(bad):
    complete = X.drop(index=[1, 2, 3])
    models = early(), late(rule="mean", missing="error")
    for model in (models[0].set_params(multimodalfusion__missing="error"), models[1]):
        model = fit(model, complete, Y[complete.index])
        sample = {name: X[name].array[0] for name in X} | BAD[bad]
        frame = make_frame(**{name: [cell] for name, cell in sample.items()})
        with pytest.raises(Exception) as expected:  # noqa: PT011 - compared with the next
            model.predict(frame)
        with pytest.raises(type(expected.value)) as raised:
            compile_predictor(model).predict(sample)
        assert str(raised.value) == str(expected.value)


NUMBERS = {
    "float": 0.1,
    "int": -3,
    "large": 2**63 - 1,
    "long": 10**30,
    "unsigned": 2**64 - 1,
    "float16": np.float16(0.1),
    "float32": np.float32(0.1),
    "float64": np.float64(0.1),
    "longdouble": np.longdouble("0.1"),
    "uint64": np.uint64(2**64 - 1),
    "bool": True,
    "complex": 1j,
    "numpy's complex": np.complex128(1j),
    "duration": np.timedelta64(3, "s"),
    "fraction": Fraction(1, 3),
    "decimal": Decimal("1.5"),
    "string": "3",
}


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_read_as_by_the_model_or_refused_as_by_it(scalar_model, number):
    sample = {"age": NUMBERS[number], "pose": np.eye(N)[0]}
    frame = make_frame(**{name: [cell] for name, cell in sample.items()})
    outcomes = []
    for model, row in ((scalar_model, frame), (compile_predictor(scalar_model), sample)):
        try:
            outcomes.append(model.predict_proba(row).tolist())
        except Exception as error:
            outcomes.append((type(error), str(error)))
    assert outcomes[1] == outcomes[0]


def test_a_column_that_is_there_twice_is_refused_as_by_the_model():
    twice = pd.concat([X.iloc[[0]], X[["age"]].iloc[[0]]], axis=1)
    for model in (fit(early()), fit(late(rule="mean"))):
        with pytest.raises(ValueError, match="X has several columns named 'age'"):
            compile_predictor(model).predict(twice)


def test_a_modality_that_is_not_named_is_refused_as_by_the_model():
    predictor = compile_predictor(fit(late(rule="mean")))
    with pytest.raises(ValueError, match="X has no column 'image', its columns are"):
        predictor.predict({"text": "a cat"})


def test_a_bad_sample_counts_as_missing_with_a_warning_where_the_extractor_says_so():
    fusion = MultimodalFusion(
        [("image", HOGExtractor(size=(32, 32), on_error="missing")), ("age", "passthrough")],
        missing="mean",
    )
    model = fit(make_pipeline(fusion, LogisticRegression()))
    predictor, frame = compile_predictor(model), make_frame(image=["nowhere.png"], age=[1.0])
    with pytest.warns(UserWarning, match="1 of 1 samples cannot be used") as expected:
        by_model = model.predict_proba(frame)
    with pytest.warns(UserWarning, match="1 of 1 samples cannot be used") as warned:
        assert_array_equal(predictor.predict_proba(frame), by_model)
    assert [str(w.message) for w in warned] == [str(w.message) for w in expected]


def test_no_probabilities_where_the_model_has_none():
    predictor = compile_predictor(fit(late(LateFusionRegressor, rule="mean"), y=Y * 1.0))
    assert not hasattr(predictor, "predict_proba")
    assert hasattr(compile_predictor(fit(late(rule="mean"))), "predict_proba")


def test_a_model_that_is_not_fitted_is_refused():
    with pytest.raises(NotFittedError):
        compile_predictor(late())


def test_a_predictor_is_pickled_as_its_model_and_says_what_it_is():
    predictor = compile_predictor(fit(late(rule="mean")))
    again = pickle.loads(pickle.dumps(predictor))
    assert again.is_compiled
    assert_array_equal(again.predict_proba(X.iloc[[0]]), predictor.predict_proba(X.iloc[[0]]))
    assert repr(predictor) == f"compile_predictor({predictor.model!r})"


def test_an_interruption_is_not_taken_for_a_bad_sample(monkeypatch):
    predictor = compile_predictor(fit(late(rule="mean")))

    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(PixelExtractor, "_read_batch", interrupt)
    with pytest.raises(KeyboardInterrupt):
        predictor.predict(X.iloc[[0]])
