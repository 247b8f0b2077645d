"""Small data and an instance of every public estimator, for the tests that run over all of them."""

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skmm import make_frame
from skmm.audio import MelSpectrogramExtractor, MFCCExtractor, STFTExtractor
from skmm.fusion import (
    CanonicalFusion,
    ConcatFusion,
    KernelFusion,
    LateFusionClassifier,
    LateFusionRegressor,
    MultimodalFusion,
    SketchFusion,
    TensorFusion,
)
from skmm.fusion._late.rules import REGRESSOR_RULES
from skmm.generative import (
    AdversarialFusion,
    AutoencoderFusion,
    CrossModalImputer,
    VariationalFusion,
)
from skmm.image import (
    CNNExtractor,
    ColorHistogramExtractor,
    HOGExtractor,
    PixelExtractor,
    TextureExtractor,
)
from skmm.model_selection import FusionSearchCV
from skmm.nn import DeepFusionClassifier, DeepFusionRegressor, MultitaskFusion
from skmm.retrieval import CrossModalRetriever
from skmm.sensor import SensorStatisticsExtractor, SensorWindowExtractor
from skmm.text import BagOfWordsVectorizer, TokenSequenceVectorizer, Word2VecVectorizer

N = 9
TEXTS = [
    "a cat",
    "the dog runs",
    "cat and dog",
    "a bird",
    "dog",
    "the cat sleeps",
    "",
    "birds",
    "a dog",
]


def images():
    return list(np.random.default_rng(0).integers(0, 256, (N, 20, 24, 3), dtype=np.uint8))


def clips():
    rng = np.random.default_rng(1)
    return [rng.normal(size=1500).astype(np.float32) * 0.1 for _ in range(N)]


def series():
    rng = np.random.default_rng(2)
    return [rng.normal(size=(30, 3)) for _ in range(N)]


SMALL_AUDIO = {"sampling_rate": 8000, "n_fft": 256, "hop_length": 128}
EXTRACTORS = {
    "HOGExtractor": (HOGExtractor(size=(32, 32)), images),
    "CNNExtractor": (CNNExtractor(n_filters=8, size=(16, 16), random_state=0), images),
    "PixelExtractor": (PixelExtractor(size=(8, 8)), images),
    "ColorHistogramExtractor": (ColorHistogramExtractor(4, space="hsv", joint=True), images),
    "TextureExtractor": (TextureExtractor(), images),
    "MFCCExtractor": (MFCCExtractor(5, n_mels=20, **SMALL_AUDIO), clips),
    "MelSpectrogramExtractor": (MelSpectrogramExtractor(20, **SMALL_AUDIO), clips),
    "STFTExtractor": (STFTExtractor(10, **SMALL_AUDIO), clips),
    "BagOfWordsVectorizer": (BagOfWordsVectorizer(), lambda: TEXTS),
    "TokenSequenceVectorizer": (TokenSequenceVectorizer(), lambda: TEXTS),
    "Word2VecVectorizer": (Word2VecVectorizer(5, random_state=0), lambda: TEXTS),
    "SensorStatisticsExtractor": (SensorStatisticsExtractor(), series),
    "SensorWindowExtractor": (SensorWindowExtractor(), series),
}

PARTS = [("left", slice(0, 1)), ("right", slice(0, None))]


def members(estimator):
    return [(modality, estimator, columns) for modality, columns in PARTS]


FAST = {"max_epochs": 3, "random_state": 0}
BALANCED = {"max_epochs": 60, "lr": 0.01, "random_state": 0}  # games that end sooner warn of it
# By class: instances for numeric X, of which the first stands for the class.
NUMERIC = {
    "ConcatFusion": [ConcatFusion(), ConcatFusion(scaling="mfa")],
    "CanonicalFusion": [
        CanonicalFusion(1),
        CanonicalFusion(1, method="pls", scale=False, merge="concat"),
        CanonicalFusion(1, method="gcca", merge="sum"),
    ],
    "KernelFusion": [
        KernelFusion(),
        KernelFusion(kernel="poly", normalize=False),
        KernelFusion(method="cka", kernel="cosine"),
    ],
    "TensorFusion": [TensorFusion()],
    "SketchFusion": [SketchFusion(16, random_state=0)],
    "AutoencoderFusion": [AutoencoderFusion(2, **FAST)],
    "AdversarialFusion": [
        AdversarialFusion(2, method=method, **BALANCED) for method in ("reversal", "gan")
    ],
    "VariationalFusion": [
        VariationalFusion(2, mixture=mixture, **FAST) for mixture in ("poe", "moe", "mopoe")
    ],
    "MultimodalFusion": [
        MultimodalFusion(members(StandardScaler())),
        MultimodalFusion(members("passthrough"), missing="mean", add_indicator=True),
        MultimodalFusion(members(StandardScaler()), fusion=CanonicalFusion(1)),
    ],
    "LateFusionClassifier": [
        *(
            LateFusionClassifier(members(LogisticRegression()), rule=rule, cv=3)
            for rule in ("mean", "bayes", "evidence", "stacking", "greedy")
        ),
        LateFusionClassifier(members(LogisticRegression()), calibration="temperature", cv=3),
        LateFusionClassifier(members(DecisionTreeClassifier(random_state=0))),  # of several targets
    ],
    "LateFusionRegressor": [
        LateFusionRegressor(members(Ridge()), rule=rule, cv=3)
        for rule in (*REGRESSOR_RULES, "stacking", "greedy")
    ],
    # Trees, because there is one early fusion of them only.
    "FusionSearchCV": [
        FusionSearchCV(
            members("passthrough"),
            strategies=["early"],
            learners=[("tree", DecisionTreeClassifier(random_state=0))],
            cv=2,
        ),
        FusionSearchCV(
            members("passthrough"),
            strategies=["early"],
            task="regression",
            learners=[("tree", DecisionTreeRegressor(random_state=0))],
            cv=2,
        ),
    ],
    "CrossModalImputer": [
        CrossModalImputer(),
        CrossModalImputer("mean"),
        CrossModalImputer("knn", n_neighbors=2),
        CrossModalImputer("vae", max_epochs=3, n_components=2, random_state=0),
        CrossModalImputer("gan", max_epochs=3, n_imputations=2, random_state=0),
    ],
    # scikit-learn's suite runs over these in tests/nn/test_checks.py
    "DeepFusionClassifier": [DeepFusionClassifier(**FAST)],
    "DeepFusionRegressor": [DeepFusionRegressor(**FAST)],
    "MultitaskFusion": [MultitaskFusion(**FAST)],
}

# What takes a frame of at least two blocks, and no plain numbers.
PAIRED = {
    "CrossModalRetriever": [
        CrossModalRetriever(),
        CrossModalRetriever("infonce", **FAST),
        CrossModalRetriever(index_type="hnsw"),
    ]
}


def blocks():
    """A frame of blocks with gaps, targets to classify and targets to regress."""
    rng = np.random.default_rng(3)
    frame = make_frame(vector=rng.normal(size=(24, 3)), image=rng.normal(size=(24, 1, 6, 6)))
    frame.loc[[2, 7], "image"] = None
    frame.loc[5, "vector"] = None
    return frame, np.arange(24) % 3, rng.normal(size=24)


def shared_directions():
    """Three blocks that share two latent directions: many published values were computed on them."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=(200, 2))
    return make_frame(
        a=z @ rng.normal(size=(2, 5)) + rng.normal(size=(200, 5)),
        b=z @ rng.normal(size=(2, 4)) + rng.normal(size=(200, 4)),
        c=z @ rng.normal(size=(2, 3)) + rng.normal(size=(200, 3)),
    )
