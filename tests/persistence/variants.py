"""Fitted models that show what the toys of all tests do not: parts, options and compositions."""

import numpy as np
import pandas as pd
from gensim.models import FastText, Word2Vec
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingRegressor,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_selection import SelectKBest
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, GroupKFold, RandomizedSearchCV, StratifiedKFold
from sklearn.multioutput import MultiOutputClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from skmm import make_frame
from skmm.cache import FeatureCache
from skmm.fusion import (
    CanonicalFusion,
    ConcatFusion,
    KernelFusion,
    LateFusionClassifier,
    LateFusionRegressor,
    MultimodalFusion,
)
from skmm.generative import CrossModalImputer
from skmm.image import HOGExtractor
from skmm.nn import (
    DeepFusionClassifier,
    GradientBlending,
    GradientModulation,
    MultitaskFusion,
    TensorBoardLog,
)
from skmm.privacy import DPSGD
from skmm.retrieval import CrossModalRetriever, retrieval_scorer
from skmm.text import BagOfWordsVectorizer, TokenSequenceVectorizer, Word2VecVectorizer, tokenize
from tests.toys import TEXTS, blocks, images

QUICK = {"max_epochs": 2, "embed_dim": 8, "hidden_dims": (8,), "random_state": 0}
WORDS = [tokenize(text) for text in TEXTS]
RNG = np.random.default_rng(0)
X = RNG.normal(size=(48, 6))
Y = np.arange(48) % 3
FRAME, CLASSES, NUMBERS = blocks()
DENSE = make_frame(a=X[:, :3], b=X[:, 3:])
FUSION = MultimodalFusion([("a", StandardScaler()), ("b", "passthrough")])


def members(*models):
    return [(f"m{number}", model, [number, number + 1]) for number, model in enumerate(models)]


def late(*models, **options):
    return LateFusionClassifier(members(*models), cv=3, **options)


def deep(**options):
    return DeepFusionClassifier(**(QUICK | options))


def _late_models():
    trees = ExtraTreesClassifier(5, random_state=0), GradientBoostingClassifier(n_estimators=3)
    neighbors = KNeighborsClassifier(3, algorithm="kd_tree"), KNeighborsClassifier(metric="cosine")
    kernels = SVC(), GaussianProcessClassifier(RBF() + WhiteKernel(), optimizer=None)
    yield "trees", late(*trees, rule="stacking"), X, Y
    yield "neighbors", late(*neighbors, rule="mean"), X, Y
    yield "kernels", late(make_pipeline(StandardScaler(), kernels[0]), rule="vote"), X, Y
    yield "gaussian process", late(kernels[1], rule="product"), X, Y
    for method in ("sigmoid", "isotonic", "temperature"):
        yield method, late(*[LogisticRegression()] * 2, calibration=method, rule="mean"), X, Y
    two = np.column_stack([Y, Y == 1])
    several = MultiOutputClassifier(LogisticRegression())
    yield "several targets", late(several, several, rule="mean"), X, two
    names = np.array(["a", "b", "c"], dtype=object)[Y]
    yield "classes of str", late(*[LogisticRegression()] * 2, rule="stacking"), X, names
    yield "booleans", late(*[LogisticRegression()] * 2, rule="bayes"), X, Y == 1
    boosting = HistGradientBoostingRegressor(max_iter=3, min_samples_leaf=3)
    yield (
        "histograms",
        LateFusionRegressor(members(boosting, Ridge()), rule="mean"),
        X,
        X @ np.ones(6),
    )
    weights = {"weights": {"m0": 2.0, "m1": 1.0}}
    yield "weights", late(*[LogisticRegression()] * 2, rule="mean", **weights), X, Y


def _deep_models(folder):
    yield "private", deep(privacy=DPSGD(8.0), random_state=None), X, Y
    yield "callbacks", deep(callbacks=[TensorBoardLog(folder / "log")]), X, Y
    yield "blocks", deep(early_stopping=True), FRAME, CLASSES
    yield "labels", deep(), FRAME, np.column_stack([CLASSES == 0, CLASSES == 1])
    for fusion in ("attention", "low_rank", "bottleneck", "film"):
        yield fusion, deep(fusion=fusion, precision="float64"), FRAME, CLASSES
    encoders = {"image": ("image", {"body": "resnet"}), "vector": ("vector", {"lr": 1e-4})}
    yield "encoders", deep(encoders=encoders, class_weight="balanced"), FRAME, CLASSES
    yield "heads", deep(auxiliary_weight=1.0, callbacks=[GradientModulation()]), FRAME, CLASSES
    blending = {
        "auxiliary_weight": 1.0,
        "early_stopping": True,
        "callbacks": [GradientBlending(period=1)],
    }
    yield "blending", deep(**blending), FRAME, CLASSES
    tasks = pd.DataFrame({"kind": np.array(["x", "y", "z"])[CLASSES], "size": NUMBERS})
    yield "tasks", MultitaskFusion(**QUICK), FRAME, tasks
    tokens = make_frame(text=RNG.integers(0, 9, size=(24, 5)), signal=RNG.normal(size=(24, 6, 2)))
    for body in ("gru", "transformer", "tcn"):
        chosen = {"text": ("tokens", {"body": body}), "signal": ("sequence", {"body": body})}
        yield f"steps {body}", deep(encoders=chosen), tokens, CLASSES
    vectors = {"text": ("tokens", {"vectors": RNG.normal(size=(9, 4)).astype("f4")})}
    yield "word vectors", deep(encoders=vectors), tokens, CLASSES


def _text_models():
    trained = Word2Vec(WORDS, vector_size=6, min_count=1, seed=0, workers=1).wv
    parts = FastText(WORDS, vector_size=6, min_count=1, seed=0, workers=1, bucket=50).wv
    yield "given vectors", Word2VecVectorizer(vectors=trained, weighting="tfidf"), TEXTS, None
    yield "given parts", Word2VecVectorizer(vectors=parts), TEXTS, None
    sif = {"weighting": "sif", "remove_component": True, "unknown": "mean", "random_state": 0}
    yield "sif", Word2VecVectorizer(5, **sif), TEXTS, None
    fasttext = {"algorithm": "fasttext", "n_buckets": 50, "pool": None, "random_state": 0}
    yield "fasttext", Word2VecVectorizer(5, **fasttext), TEXTS, None
    yield "jieba", BagOfWordsVectorizer(tokenizer="jieba", weighting="count"), TEXTS, None
    yield "tokenize", BagOfWordsVectorizer(tokenizer=tokenize, stop_words=["the"]), TEXTS, None
    yield "characters", BagOfWordsVectorizer(analyzer="char", ngram_range=(1, 2)), TEXTS, None
    yield "ids", TokenSequenceVectorizer(), TEXTS, None


def _pipelines(folder):
    y = np.arange(len(TEXTS)) % 2
    texts = make_frame(text=TEXTS, image=np.stack(images()))
    hog = HOGExtractor(size=(32, 32), memory=FeatureCache(folder / "cache", size_limit=2**21))
    early = MultimodalFusion([("text", BagOfWordsVectorizer()), ("image", hog)])
    yield "early", make_pipeline(early, LogisticRegression()), texts, y
    columns = ColumnTransformer([("t", BagOfWordsVectorizer(), "text"), ("i", hog, "image")])
    yield "columns", make_pipeline(columns, LogisticRegression()), texts, y
    yield "selection", make_pipeline(FUSION, SelectKBest(k=2), LogisticRegression()), DENSE, Y
    yield "imputer", make_pipeline(CrossModalImputer("knn"), FUSION), DENSE, Y
    union = FeatureUnion([("a", FUSION), ("b", ConcatFusion())])
    yield "union", make_pipeline(union, LogisticRegression()), DENSE, Y
    logarithm = FunctionTransformer(np.log1p)
    yield "function", make_pipeline(logarithm, LogisticRegression()), np.abs(X), Y
    for method in ("easymkl", "cka"):
        yield method, KernelFusion(method=method), DENSE, Y
    yield "semantic", CrossModalRetriever(n_components=1, semantic="features"), DENSE, Y
    pairs = {"max_epochs": 1, "random_state": 0}
    yield "embeddings", CrossModalRetriever("siglip", semantic="embeddings", **pairs), DENSE, Y


def _compositions():
    model = make_pipeline(FUSION, LogisticRegression())
    grid = {
        "multimodalfusion__fusion": [ConcatFusion(), CanonicalFusion(1)],
        "multimodalfusion__b": ["drop", StandardScaler()],
    }
    folds = {"cv": StratifiedKFold(2, shuffle=True, random_state=0)}
    yield "grid search", GridSearchCV(model, grid, scoring="accuracy", **folds), DENSE, Y
    several = {"scoring": ["accuracy", "neg_log_loss"], "refit": "accuracy", "random_state": 0}
    yield "random search", RandomizedSearchCV(model, grid, n_iter=2, **several), DENSE, Y
    yield "search", GridSearchCV(deep(), {"fusion": ["sum", "gated"]}, cv=2), FRAME, CLASSES
    retrieval = {"scoring": retrieval_scorer(k=3), "cv": 2}
    widths = {"n_components": [1, 2]}
    yield "retrieval", GridSearchCV(CrossModalRetriever(), widths, **retrieval), DENSE, None
    yield "stacking", StackingClassifier([("a", model), ("b", deep())], cv=2), DENSE, Y
    yield "voting", VotingClassifier([("a", model), ("b", model)], voting="soft"), DENSE, Y
    yield "calibrated", CalibratedClassifierCV(model, cv=2), DENSE, Y
    yield "random state", deep(random_state=np.random.RandomState(3)), X, Y
    yield "folds", late(LogisticRegression(), rule="mean").set_params(cv=GroupKFold(2)), X, Y


def fitted_variants(folder):
    """Name, fitted model and X of each variant."""
    parts = (
        _late_models(),
        _deep_models(folder),
        _text_models(),
        _pipelines(folder),
        _compositions(),
    )
    for models in parts:
        for name, model, samples, target in models:
            yield name, model.fit(samples, target), samples
