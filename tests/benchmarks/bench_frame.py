"""Cross-validation of a tensor column with two workers against the same pictures as objects."""

from statistics import median
from time import perf_counter

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmm import make_frame

N_REPEATS = 3


def mean_of_first(frame):
    """A step that is much cheaper than handing the pictures to a worker."""
    return np.array([[frame["image"].iloc[0].mean()]] * len(frame))


def seconds(X, y):
    model = make_pipeline(FunctionTransformer(mean_of_first), DummyClassifier())
    start = perf_counter()
    cross_val_score(model, X, y, cv=8, n_jobs=2)
    return perf_counter() - start


def main():
    """Print the median of paired ratios of wall time, for the work is in the transfer."""
    images = np.random.default_rng(0).integers(0, 256, (6000, 64, 64, 3), dtype=np.uint8)
    y = np.arange(len(images)) % 2
    tensors = make_frame(image=images)
    objects = tensors.astype(object)
    seconds(tensors, y)  # start the workers
    pairs = [(seconds(objects, y), seconds(tensors, y)) for _ in range(N_REPEATS)]
    plain, ours = (median(column) for column in zip(*pairs, strict=True))
    ratio = median(plain / ours for plain, ours in pairs)
    print(
        f"{images.nbytes / 1e6:.0f} MB, 8 fits: objects {plain:.2f} s, tensor column {ours:.2f} s:"
    )
    print(f"{ratio:.1f}x faster")


if __name__ == "__main__":
    main()
