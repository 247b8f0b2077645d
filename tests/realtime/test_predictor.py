"""The model itself is the oracle: what is predicted is equal to the bit, and so is what is refused."""

import pickle
import warnings

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skmm import (
    LateFusionClassifier,
    LateFusionRegressor,
    MultimodalFusion,
    make_frame,
)
from skmm.audio import MelSpectrogramExtractor
from skmm.fusion._block_fusion import BlockFusion
from skmm.fusion._calibration import METHODS
from skmm.fusion._rules import CLASSIFIER_RULES, REGRESSOR_RULES
from skmm.image import HOGExtractor, PixelExtractor
from skmm.nn import DeepFusionClassifier, DeepFusionRegressor, MultitaskFusion
from skmm.realtime import compile_predictor
from skmm.text import BagOfWordsVectorizer, TokenSequenceVectorizer
from tests.toys import EXTRACTORS, NUMERIC, SMALL_AUDIO, TEXTS, N, clips, images

Y = np.arange(N) % 2
CLIPS, IMAGES = clips(), images()
X = make_frame(image=IMAGES, audio=CLIPS, text=TEXTS, age=np.arange(float(N)), pose=np.eye(N))
X.loc[1, "image"] = None
X.loc[2, "text"] = None
X.loc[3, "age"] = None


def flatten(block):
    return np.nan_to_num(block.reshape(len(block), -1).astype(float))


def pixels():
    return make_pipeline(PixelExtractor((4, 4), color="gray"), FunctionTransformer(flatten))


def early(**options):
    members = [("image", pixels()), ("text", BagOfWordsVectorizer()), ("age", StandardScaler())]
    fusion = MultimodalFusion([*members, ("pose", "passthrough")], missing="mean", **options)
    return make_pipeline(fusion, LogisticRegression())


def late(cls=LateFusionClassifier, **options):
    classifier = Ridge() if cls is LateFusionRegressor else LogisticRegression()
    members = [("image", pixels()), ("text", BagOfWordsVectorizer()), ("age", StandardScaler())]
    estimators = [(name, make_pipeline(member, clone(classifier))) for name, member in members]
    return cls([*estimators, ("pose", clone(classifier))], cv=2, **options)


def deep(estimator):
    members = [
        ("image", PixelExtractor(size=(8, 8))),
        ("audio", MelSpectrogramExtractor(8, **SMALL_AUDIO)),
        ("text", TokenSequenceVectorizer()),
        ("pose", "passthrough"),
    ]
    return make_pipeline(MultimodalFusion(members, fusion=None, missing="nan"), estimator)


def fit(model, X=X, y=Y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return clone(model).fit(X, y)


def check_equal(model, X=X, *, short=True):
    """Compare all methods for some rows, with each modality missing in turn too."""
    predictor = compile_predictor(model)
    assert predictor.is_compiled == short
    if short:  # the model itself is not asked
        predictor.model = None
    methods = [m for m in ("predict", "predict_proba") if hasattr(model, m)]
    samples = [{name: X[name].array[row] for name in X} for row in (0, 1, 4)]
    samples += [{**samples[0], name: None} for name in X]
    for sample in samples:
        frame = make_frame(**{name: [cell] for name, cell in sample.items()})
        for method in methods:
            expected, result = getattr(model, method)(frame), predictor._call(method, sample)
            assert_array_equal(np.asarray(result), np.asarray(expected))


@pytest.mark.parametrize("name", EXTRACTORS)
def test_every_extractor_describes_a_sample_as_it_does_a_column(name):
    extractor, samples = EXTRACTORS[name]
    X = make_frame(a=samples(), pose=np.eye(N))
    dense = FunctionTransformer(flatten) if name != "BagOfWordsVectorizer" else "passthrough"
    members = [("a", make_pipeline(extractor, dense)), ("pose", "passthrough")]
    check_equal(
        fit(make_pipeline(MultimodalFusion(members, missing="zero"), LogisticRegression()), X), X
    )


BLOCK_FUSIONS = [e for es in NUMERIC.values() for e in es if isinstance(e, BlockFusion)]


@pytest.mark.parametrize("fusion", BLOCK_FUSIONS, ids=repr)
def test_every_block_fusion(fusion):
    model = early(fusion=fusion).set_params(multimodalfusion__text="drop")
    check_equal(fit(model))


@pytest.mark.parametrize("rule", [*CLASSIFIER_RULES, "stacking", "greedy"])
def test_every_rule_of_classifiers(rule):
    check_equal(fit(late(rule=rule)))


@pytest.mark.parametrize("rule", [*REGRESSOR_RULES, "stacking", "greedy"])
def test_every_rule_of_regressors(rule):
    check_equal(fit(late(LateFusionRegressor, rule=rule), y=np.linspace(0, 1, N)))


@pytest.mark.parametrize("method", METHODS)
def test_calibrated_members(method):
    check_equal(fit(late(rule="mean", calibration=method)))


@pytest.mark.parametrize("cls", [DeepFusionClassifier, DeepFusionRegressor, MultitaskFusion])
def test_deep_fusions(cls):
    check_equal(fit(deep(cls(max_epochs=1, embed_dim=8, random_state=0))))


def test_indicators_and_steps_between_fusion_and_model():
    model = early(add_indicator=True)
    model.steps.insert(1, ("scale", StandardScaler(with_mean=False)))
    check_equal(fit(model))


def test_searches_and_fusions_in_pipelines():
    check_equal(fit(GridSearchCV(early(), {"logisticregression__C": [1.0]}, cv=2)))
    check_equal(fit(make_pipeline(late(rule="mean"))))


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


def test_a_cache_is_passed_by(tmp_path):
    model = early()
    model.set_params(multimodalfusion__image__pixelextractor__memory=tmp_path)
    model = fit(model)
    size = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    check_equal(model)
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) == size


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
