"""Samples of three modalities and models of them, fitted once for all tests of inspection."""

import matplotlib as mpl
import pytest
from matplotlib import pyplot
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline

from skmm import LateFusionClassifier, MultimodalFusion, make_frame
from skmm.datasets import make_multimodal_classification, make_multimodal_regression
from skmm.frame import TensorArray

SHAPES = {"image": 9, "audio": 5, "text": 4}
PARTS = [(name, "passthrough") for name in SHAPES]


@pytest.fixture(scope="session")
def samples():
    """X and y of 90 samples in two classes; a tenth of the sounds is missing."""
    X, y = make_multimodal_classification(
        90, modalities=SHAPES, n_classes=2, missing={"audio": 0.1}, random_state=0
    )
    return as_doubles(X), y


@pytest.fixture(scope="session")
def numbers():
    """X and y of 90 samples with a continuous target."""
    X, y = make_multimodal_regression(90, modalities=SHAPES, random_state=0)
    return as_doubles(X), y


def as_doubles(X):
    """The same in float64, for golden values."""
    return make_frame(
        **{m: TensorArray(X[m].array.tensor.astype(float), X[m].array.present) for m in X}
    )


@pytest.fixture(scope="session")
def early(samples):
    fusion = MultimodalFusion(PARTS, missing="mean")
    return make_pipeline(fusion, LogisticRegression()).fit(*samples)


@pytest.fixture(scope="session")
def late(samples):
    members = [(name, LogisticRegression()) for name in SHAPES]
    return LateFusionClassifier(members, rule="mean").fit(*samples)


@pytest.fixture(scope="session")
def regressor(numbers):
    fusion = MultimodalFusion(PARTS, missing="mean")
    return make_pipeline(fusion, Ridge()).fit(*numbers)


@pytest.fixture
def offscreen():
    mpl.use("Agg")
    yield
    pyplot.close("all")
