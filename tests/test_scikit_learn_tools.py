"""One table: every tool of scikit-learn that a frame of modalities goes through, and the few it does not.

Both directions are tested, so that a change in scikit-learn is seen. The remedy for those that fail is to
make the features outside: ``make_pipeline(MultimodalFusion(features), SelfTrainingClassifier(head))``.
"""

import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn import config_context
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.feature_selection import RFE, SequentialFeatureSelector
from sklearn.frozen import FrozenEstimator
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    GroupKFold,
    HalvingGridSearchCV,
    LeaveOneGroupOut,
    RandomizedSearchCV,
    RepeatedStratifiedKFold,
    ShuffleSplit,
    StratifiedGroupKFold,
    TimeSeriesSplit,
    TunedThresholdClassifierCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
    permutation_test_score,
    train_test_split,
    validation_curve,
)
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier, OutputCodeClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.utils import resample, shuffle

from skmm import (
    DeepFusionClassifier,
    LateFusionClassifier,
    MultimodalFusion,
    make_frame,
)
from skmm.fusion import ConcatFusion
from skmm.fusion._late.rules import CLASSIFIER_RULES
from skmm.image import HOGExtractor
from skmm.sensor import SensorStatisticsExtractor
from skmm.text import BagOfWordsVectorizer

N = 48


def data():
    """Pictures (a tensor column), ragged sensor series (objects) and texts with gaps; two classes."""
    rng = np.random.default_rng(0)
    y = np.arange(N) % 2
    images = rng.integers(0, 100, (N, 16, 16), dtype=np.uint8)
    images[y == 1, 4:12, 4:12] += 100
    series = [rng.normal(loc=label, size=(int(rng.integers(5, 9)), 2)) for label in y]
    texts = [None if row % 11 == 5 else ["a cat", "a dog"][label] for row, label in enumerate(y)]
    return make_frame(image=images, sensor=series, text=texts), y


FEATURES = [
    ("image", HOGExtractor(4, size=(16, 16))),
    ("sensor", SensorStatisticsExtractor()),
    ("text", BagOfWordsVectorizer()),
]


def early(head=None):
    fusion = MultimodalFusion(FEATURES, missing="zero")
    return make_pipeline(fusion, LogisticRegression(max_iter=1000) if head is None else head)


def late():
    members = [(m, make_pipeline(e, LogisticRegression(max_iter=500))) for m, e in FEATURES]
    return LateFusionClassifier(members)


def deep():
    blocks = MultimodalFusion(FEATURES[:2], fusion=None, missing="nan")
    return make_pipeline(blocks, DeepFusionClassifier(max_epochs=3, random_state=0))


MODELS = {"early": early, "late": late, "deep": deep}


@pytest.fixture(params=MODELS)
def model(request):
    return MODELS[request.param]()


@pytest.fixture
def X():
    return data()[0]


@pytest.fixture
def y():
    return data()[1]


GROUPS = np.arange(N) // 4
TOOLS = {
    "train_test_split": lambda m, X, y: split_fit_predict(m, X, y),
    "cross_val_score": lambda m, X, y: cross_val_score(m, X, y, cv=2),
    "cross_validate": lambda m, X, y: cross_validate(m, X, y, cv=2, return_estimator=True),
    "cross_val_predict": lambda m, X, y: cross_val_predict(m, X, y, cv=2, method="predict_proba"),
    "StratifiedGroupKFold": lambda m, X, y: cross_val_score(
        m, X, y, cv=StratifiedGroupKFold(2), groups=GROUPS
    ),
    "GroupKFold": lambda m, X, y: cross_val_score(m, X, y, cv=GroupKFold(2), groups=GROUPS),
    "LeaveOneGroupOut": lambda m, X, y: cross_val_score(
        m, X, y, cv=LeaveOneGroupOut(), groups=np.arange(N) // 24
    ),
    "ShuffleSplit": lambda m, X, y: cross_val_score(m, X, y, cv=ShuffleSplit(1, random_state=0)),
    "TimeSeriesSplit": lambda m, X, y: cross_val_score(m, X, y, cv=TimeSeriesSplit(2)),
    "RepeatedStratifiedKFold": lambda m, X, y: cross_val_score(
        m, X, y, cv=RepeatedStratifiedKFold(n_splits=2, n_repeats=1, random_state=0)
    ),
    "GridSearchCV": lambda m, X, y: GridSearchCV(m, one_grid(m), cv=2).fit(X, y).predict(X),
    "RandomizedSearchCV": lambda m, X, y: (
        RandomizedSearchCV(m, one_grid(m), n_iter=1, cv=2, random_state=0).fit(X, y).predict(X)
    ),
    "HalvingGridSearchCV": lambda m, X, y: (
        HalvingGridSearchCV(m, one_grid(m), cv=2, min_resources=24, random_state=0)
        .fit(X, y)
        .predict(X)
    ),
    "learning_curve": lambda m, X, y: learning_curve(
        m, X, y, cv=2, train_sizes=[0.5, 1.0], shuffle=True, random_state=0
    ),
    "validation_curve": lambda m, X, y: validation_curve(
        m, X, y, param_name=next(iter(one_grid(m))), param_range=[None], cv=2
    ),
    "permutation_test_score": lambda m, X, y: permutation_test_score(
        m, X, y, cv=2, n_permutations=2, random_state=0
    ),
    "permutation_importance": lambda m, X, y: (
        permutation_importance(m.fit(X, y), X, y, n_repeats=1, random_state=0).importances_mean
    ),
    "StackingClassifier": lambda m, X, y: (
        StackingClassifier([("m", m), ("n", late())], LogisticRegression(), cv=2)
        .fit(X, y)
        .predict(X)
    ),
    "VotingClassifier": lambda m, X, y: (
        VotingClassifier([("m", m), ("n", late())]).fit(X, y).predict(X)
    ),
    "BaggingClassifier": lambda m, X, y: (
        BaggingClassifier(m, n_estimators=2, random_state=0).fit(X, y).predict(X)
    ),
    "CalibratedClassifierCV": lambda m, X, y: CalibratedClassifierCV(m, cv=2).fit(X, y).predict(X),
    "OneVsRestClassifier": lambda m, X, y: OneVsRestClassifier(m).fit(X, y).predict(X),
    "OutputCodeClassifier": lambda m, X, y: (
        OutputCodeClassifier(m, random_state=0).fit(X, y).predict(X)
    ),
    "TunedThresholdClassifierCV": lambda m, X, y: (
        TunedThresholdClassifierCV(m, cv=2).fit(X, y).predict(X)
    ),
    "FixedThresholdClassifier": lambda m, X, y: FixedThresholdClassifier(m).fit(X, y).predict(X),
    "FrozenEstimator": lambda m, X, y: FrozenEstimator(m.fit(X, y)).predict(X),
    "MultiOutputClassifier": lambda m, X, y: (
        MultiOutputClassifier(m).fit(X, np.column_stack([y, y])).predict(X)
    ),
    "resample": lambda m, X, y: m.fit(*resample(X, y, random_state=0, stratify=y)).predict(X),
    "shuffle": lambda m, X, y: m.fit(*shuffle(X, y, random_state=0)).predict(X),
    "clone": lambda m, X, y: clone(m).fit(X, y).predict(X),
    "FeatureUnion": lambda m, X, y: (
        make_pipeline(FeatureUnion([("a", early()[0]), ("b", early()[0])]), LogisticRegression())
        .fit(X, y)
        .predict(X)
    ),
    "ColumnTransformer": lambda m, X, y: (
        make_pipeline(
            ColumnTransformer([(name, extractor, name) for name, extractor in FEATURES[:2]]),
            LogisticRegression(max_iter=2000),
        )
        .fit(X, y)
        .predict(X)
    ),
}


def split_fit_predict(model, X, y):
    X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
    return model.fit(X_train, y_train).score(X_test, y_test)


def one_grid(model):
    """One candidate for any of the three models."""
    return {"memory": [None]} if isinstance(model, Pipeline) else {"verbose": [False]}


@pytest.mark.parametrize("tool", TOOLS)
def test_works_inside(tool, model, X, y):
    if tool == "validation_curve" and isinstance(model, LateFusionClassifier):
        param = {"param_name": "rule", "param_range": ["mean", "product"]}
        assert len(validation_curve(model, X, y, cv=2, **param)) == 2
        return
    if tool == "BaggingClassifier" and "deepfusionclassifier" in model.get_params():
        X = X[["image", "sensor"]]  # nameless columns are read by position: only those in use
    result = TOOLS[tool](model, X, y)
    if tool == "permutation_importance":
        assert result.shape == (X.shape[1],)
    elif isinstance(result, np.ndarray) and result.dtype.kind == "f":
        assert np.isfinite(result).all()
    elif isinstance(result, np.ndarray):
        assert len(result) == N
        assert set(np.unique(result)) <= {0, 1}
    else:
        assert result


FAILING = {
    "OneVsOneClassifier": OneVsOneClassifier,
    "ClassifierChain": ClassifierChain,
    "SelfTrainingClassifier": SelfTrainingClassifier,
    "RFE": RFE,
    "SequentialFeatureSelector": lambda m: SequentialFeatureSelector(
        m, n_features_to_select=1, cv=2
    ),
    "StackingClassifier(passthrough=True)": lambda m: StackingClassifier(
        [("m", m)], LogisticRegression(), cv=2, passthrough=True
    ),
    "AdaBoostClassifier": lambda m: AdaBoostClassifier(m, n_estimators=2),
}


def targets(tool, y):
    if tool == "ClassifierChain":
        return np.column_stack([y, y])
    return np.where(np.arange(N) < 6, -1, y) if tool == "SelfTrainingClassifier" else y


@pytest.mark.parametrize("tool", FAILING)
def test_fails_inside_with_the_documented_error(tool, X, y):
    match = "are arrays, and cannot become|setting an array element|ambiguous|sample_weight"
    with pytest.raises((ValueError, TypeError), match=match):
        FAILING[tool](early()).fit(X, targets(tool, y))


def test_partial_dependence_fails_with_the_documented_error(X, y):
    with pytest.raises((ValueError, TypeError), match="ambiguous|arrays|real number"):
        partial_dependence(early().fit(X, y), X, ["image"])


REMEDIES = [tool for tool in FAILING if tool not in ("RFE", "SequentialFeatureSelector")]


@pytest.mark.parametrize("tool", REMEDIES)
def test_remedy_works(tool, X, y):
    """Features outside, meta-estimator inside."""
    head = FAILING[tool](GaussianNB() if tool == "AdaBoostClassifier" else LogisticRegression())
    dense = MultimodalFusion(FEATURES[:2])
    y = targets(tool, y)
    assert len(make_pipeline(dense, head).fit(X, y).predict(X)) == N


@pytest.mark.parametrize("tool", ["RFE", "SequentialFeatureSelector"])
def test_remedy_works_for_feature_selection(tool, X, y):
    selector = FAILING[tool](LogisticRegression(max_iter=2000))
    dense = MultimodalFusion([("sensor", SensorStatisticsExtractor(("mean", "std")))])
    model = make_pipeline(dense, selector, LogisticRegression())
    assert len(model.fit(X, y).predict(X)) == N


# -- searches over the choices that matter


def test_grid_over_members_their_parameters_and_the_fusion(X, y):
    grid = {
        "multimodalfusion__image__orientations": [4, 6],
        "multimodalfusion__sensor": ["drop", SensorStatisticsExtractor(("mean",))],
        "multimodalfusion__fusion": ["concat", ConcatFusion(scaling="sqrt_dim")],
    }
    one = GridSearchCV(early(), grid, cv=2).fit(X, y)
    two = GridSearchCV(early(), grid, cv=2, n_jobs=2).fit(X, y)
    assert len(one.cv_results_["params"]) == 8
    assert_array_equal(one.cv_results_["mean_test_score"], two.cv_results_["mean_test_score"])


def test_grid_over_the_strategies_themselves(X, y):
    pipeline = Pipeline([("model", early())])
    search = GridSearchCV(pipeline, {"model": [early(), late(), deep()]}, cv=2, n_jobs=2).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_one_grid_over_strategies_and_their_own_parameters(X, y):
    concat = ConcatFusion()
    grid = [
        {
            "model": [early().set_params(multimodalfusion__fusion=concat)],
            "model__multimodalfusion__fusion__scaling": [None, "mfa"],
        },
        {
            "model": [late()],
            "model__rule": [*CLASSIFIER_RULES, "stacking", "greedy"],
        },
    ]
    search = GridSearchCV(Pipeline([("model", early())]), grid, cv=2, n_jobs=2).fit(X, y)
    assert len(search.cv_results_["params"]) == 2 + 12
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_grid_over_deep_fusions(X, y):
    grid = {"deepfusionclassifier__fusion": ["concat", "gated"]}
    one = GridSearchCV(deep(), grid, cv=2).fit(X, y)
    two = GridSearchCV(deep(), grid, cv=2, n_jobs=2).fit(X, y)
    assert_array_equal(one.cv_results_["mean_test_score"], two.cv_results_["mean_test_score"])


# -- the rest of daily life


def test_pipeline_memory_caches_features(X, y, tmp_path):
    model = early().set_params(memory=joblib.Memory(tmp_path, verbose=0))
    assert_array_equal(model.fit(X, y).predict(X), model.fit(X, y).predict(X))


def test_set_output_gives_frames(X, y):
    dense = MultimodalFusion(FEATURES[:2]).set_output(transform="pandas")
    table = dense.fit_transform(X)
    assert isinstance(table, pd.DataFrame)
    assert list(table.columns) == list(dense.get_feature_names_out())


def test_metadata_reaches_the_head(X, y):
    with config_context(enable_metadata_routing=True):
        model = early(LogisticRegression().set_fit_request(sample_weight=True))
        weights = np.where(y == 1, 5.0, 1.0)
        weighted = model.fit(X, y, sample_weight=weights).predict_proba(X)
        assert not np.allclose(weighted, early().fit(X, y).predict_proba(X))
        assert model.score(X, y) > 0.5


def test_a_late_fusion_at_the_end_of_a_pipeline_scores_under_routing(X, y):
    with config_context(enable_metadata_routing=True):
        assert make_pipeline("passthrough", late()).fit(X, y).score(X, y) > 0.5


def test_copies_predict_the_same(model, X, y, tmp_path):
    expected = model.fit(X, y).predict_proba(X)
    for other in (
        pickle.loads(pickle.dumps(model)),
        joblib.load(joblib.dump(model, tmp_path / "model")[0]),
    ):
        assert_array_equal(other.predict_proba(X), expected)


def test_html_shows_the_whole_model(model):
    assert "sk-" in model._repr_html_()


def test_a_dict_gets_the_way_out(model, y):
    with pytest.raises(TypeError, match=r"make_frame\(\*\*X\)"):
        model.fit({"image": np.zeros((N, 16, 16)), "sensor": np.zeros((N, 4))}, y)


def test_labels_may_be_strings(model, X, y):
    labels = np.array(["cat", "dog"])[y]
    assert set(model.fit(X, labels).predict(X)) <= {"cat", "dog"}


def test_a_dummy_takes_the_frame_too(X, y):
    assert DummyClassifier().fit(X, y).score(X, y) == 0.5


def test_scaler_as_a_member_of_early_fusion(y):
    X = make_frame(vector=np.random.default_rng(0).normal(size=(N, 3)))
    assert (
        early().set_params(multimodalfusion__transformers=[("vector", StandardScaler())]).fit(X, y)
    )
