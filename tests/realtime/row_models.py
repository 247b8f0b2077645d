"""Models of all kinds, and the comparison of what they predict of a row with their predictors."""

import warnings

import numpy as np
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skmm import LateFusionClassifier, LateFusionRegressor, MultimodalFusion, make_frame
from skmm.audio import MelSpectrogramExtractor
from skmm.image import PixelExtractor
from skmm.realtime import compile_predictor
from skmm.text import BagOfWordsVectorizer, TokenSequenceVectorizer
from tests.toys import SMALL_AUDIO, TEXTS, N, clips, images

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


def check_equal(model, X=X):
    """Compare all methods for some rows, with each modality missing in turn too."""
    predictor = compile_predictor(model)
    assert predictor.is_compiled
    predictor.model = None  # which is not asked
    methods = [m for m in ("predict", "predict_proba") if hasattr(model, m)]
    samples = [{name: X[name].array[row] for name in X} for row in (0, 1, 4)]
    samples += [{**samples[0], name: None} for name in X]
    for sample in samples:
        frame = make_frame(**{name: [cell] for name, cell in sample.items()})
        for method in methods:
            expected, result = getattr(model, method)(frame), predictor._call(method, sample)
            assert_array_equal(np.asarray(result), np.asarray(expected))
