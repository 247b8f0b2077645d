"""What is run on a cluster and on one machine, and must give the same numbers to the last bit."""

import numpy as np
from joblib import parallel_config
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from skmm import (
    DeepFusionClassifier,
    LateFusionClassifier,
    MultimodalFusion,
    compare_fusions,
    make_frame,
)
from skmm.audio import MFCCExtractor
from skmm.cache import FeatureCache
from skmm.datasets import make_multimodal_classification
from skmm.image import HOGExtractor, PixelExtractor
from skmm.model_selection import FusionSearchCV
from skmm.text import BagOfWordsVectorizer, TokenSequenceVectorizer

N = 24
TREE = DecisionTreeClassifier(max_depth=3, random_state=0)
HOG = HOGExtractor(size=(16, 16), batch_size=5)
MFCC = MFCCExtractor(4, sampling_rate=8000, n_fft=256, hop_length=128, n_mels=16, batch_size=5)
FEATURES = [("image", HOG), ("audio", MFCC), ("text", BagOfWordsVectorizer())]
BLOCKS = [("image", PixelExtractor((8, 8))), ("text", TokenSequenceVectorizer())]


def make_data():
    """Pictures as one tensor, clips as arrays of several lengths, and texts; some are missing."""
    rng = np.random.default_rng(0)
    y = np.arange(N) % 2
    images = rng.integers(0, 128, (N, 16, 16)) + 100 * y[:, np.newaxis, np.newaxis]
    clips = [rng.normal(size=600 + 50 * i).astype(np.float32) / 10 for i in range(N)]
    texts = [f"{['a cat sleeps', 'the dog runs'][label]} {i}" for i, label in enumerate(y)]
    X = make_frame(image=images.astype(np.uint8), audio=clips, text=texts)
    X.loc[[3, 8], "image"] = None
    X.loc[5, "audio"] = None
    return X, y


def make_early(memory=None):
    features = [("image", clone(HOG).set_params(memory=memory)), *FEATURES[1:]]
    return make_pipeline(MultimodalFusion(features, missing="mean"), TREE)


def make_late():
    members = [(name, make_pipeline(t, TREE)) for name, t in FEATURES]
    return LateFusionClassifier(members, rule="mean", n_jobs=2)


def make_deep():
    blocks = MultimodalFusion(BLOCKS, fusion=None, missing="nan")
    return make_pipeline(blocks, DeepFusionClassifier(embed_dim=4, max_epochs=2, random_state=0))


def extract(X, y, folder):
    """Rows that workers describe and keep, and clips of objects."""
    cache = FeatureCache(folder / "rows")
    hog = clone(HOG).set_params(memory=cache, n_jobs=2)
    blocks = [hog.fit_transform(X["image"])]
    kept = cache.info()["entries"]
    return [*blocks, hog.transform(X["image"]), [kept, cache.info()["entries"]]]


def extract_objects(X, y, folder):
    return [clone(MFCC).set_params(n_jobs=2).fit_transform(X["audio"])]


def search_grid(X, y, folder):
    """Candidates share one cache; each sample is described once for each number of orientations."""
    grid = {
        "decisiontreeclassifier__max_depth": [1, 3],
        "multimodalfusion__image__orientations": [4, 9],
    }
    cache = FeatureCache(folder / "rows")
    search = GridSearchCV(make_early(cache), grid, cv=2, n_jobs=2).fit(X, y)
    scores = search.cv_results_["mean_test_score"]
    return [scores, search.predict_proba(X), [cache.info()["entries"]]]


def validate_deep(X, y, folder):
    found = cross_validate(make_deep(), X, y, cv=2, n_jobs=2, return_estimator=True)
    return [found["test_score"], *(model.predict_proba(X) for model in found["estimator"])]


def compare(X, y, folder):
    models = {"early": make_early(), "late": make_late()}
    options = {"cv": 2, "n_jobs": 2, "scoring": "neg_log_loss", "baselines": False}
    comparison = compare_fusions(models, X, y, **options)
    return [comparison.scores.to_numpy()]


def search_fusions(X, y, folder):
    X, y = make_multimodal_classification(30, modalities={"a": 5, "b": 4}, random_state=0)
    features = [("a", "passthrough"), ("b", "passthrough")]
    options = {"strategies": ["early"], "learners": [("tree", TREE)], "cv": 2, "n_jobs": 2}
    search = FusionSearchCV(features, **options, random_state=0).fit(X, y)
    return [search.comparison_.scores.to_numpy(), search.predict_proba(X)]


def run_on_one_machine(jobs, folder):
    """What the jobs give in this process."""
    with parallel_config("sequential"):
        return run(jobs, folder / "here")


def run(jobs, folder):
    """What the jobs give on the backend that joblib is told to use."""
    X, y = make_data()
    return {job.__name__: job(X, y, folder / job.__name__) for job in jobs}


def assert_same(found, expected):
    """Check results to the last bit."""
    for name, arrays in expected.items():
        for here, there in zip(arrays, found[name], strict=True):
            assert_array_equal(there, here, err_msg=name)
