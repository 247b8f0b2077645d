"""CPU time of a grid search over HOG with a cache, against extracting once and searching the matrix.

Both search 12 candidates in 5 folds on one thread, and must give equal scores. The first search with
the cache extracts, the second finds everything there.
"""

from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

import lmdb
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from skmm import make_frame
from skmm.cache import FeatureCache
from skmm.datasets import make_keypad_digits
from skmm.image import HOGExtractor, PixelExtractor

LIMIT = 1.2
N_REPEATS = 3
N_SAMPLES = 500


def load_digits(size):
    """Handwritten digits of so many pixels: looking a row up means to hash its picture."""
    data, y = make_keypad_digits(N_SAMPLES, random_state=0)
    pixels = PixelExtractor((size, size)).fit_transform(data["image"])[:, 0]
    return make_frame(image=np.round(255 * pixels).astype(np.uint8))["image"], y


def search(X, y, *steps):
    model = make_pipeline(*steps, LogisticRegression(max_iter=1000))
    grid = {"logisticregression__C": np.logspace(-4, 4, 12)}  # as LogisticRegressionCV has it
    return GridSearchCV(model, grid, cv=5).fit(X, y).cv_results_["mean_test_score"]


def search_matrix(X, y):
    return search(HOGExtractor().fit_transform(X), y)


def search_images(X, y, cache):
    return search(X, y, HOGExtractor(memory=cache))


def timed(function, *args):
    start = process_time()
    scores = function(*args)
    return process_time() - start, scores


def compare(X, y):
    """CPU seconds of the matrix, of the cold and of the warm cache."""
    with TemporaryDirectory() as folder:
        cache = FeatureCache(folder)
        runs = [timed(search_matrix, X, y), *(timed(search_images, X, y, cache) for _ in range(2))]
        n_extractions = cache.info()["misses"]
    seconds, scores = zip(*runs, strict=True)
    if n_extractions != N_SAMPLES or not all(np.array_equal(s, scores[0]) for s in scores):
        raise SystemExit(f"{n_extractions} extractions of {N_SAMPLES} samples, scores {scores}")
    return seconds


def main():
    """Print the medians, and of paired ratios too."""
    rows = {}
    with threadpool_limits(1):
        for size in (8, 64):
            X, y = load_digits(size)
            HOGExtractor().fit_transform(X[:1])  # import and compile
            runs = [compare(X, y) for _ in range(N_REPEATS)]
            matrix, cold, warm = (median(column) for column in zip(*runs, strict=True))
            rows[f"{size} x {size} digits"] = {
                "matrix [s]": matrix,
                "cache [s]": cold,
                "again [s]": warm,
                "first run": median(run[1] / run[0] for run in runs),
                "second run": median(run[2] / run[0] for run in runs),
            }
    table = pd.DataFrame(rows).T
    print(table.round(2))
    print(f"{N_SAMPLES} samples, each extracted once; lmdb {lmdb.__version__}, 1 thread")
    if table[["first run", "second run"]].max(axis=None) > LIMIT:
        raise SystemExit(f"a search with a cache takes over {LIMIT} of the time of a matrix")


if __name__ == "__main__":
    main()
