"""CPU time of DeepFusionClassifier.fit against a plain torch loop over index batches.

The loop trains the same FusionNetwork with the same optimizer, loss and batches. Both run in this
process on one thread; the medians of some repeats are compared, taken in turns.
"""

import platform
from statistics import median
from time import process_time

import numpy as np
import pandas as pd
import skorch
import torch
from threadpoolctl import threadpool_limits

from skmm.frame import make_frame
from skmm.nn import DeepFusionClassifier, FusionNetwork

FLOOR = 0.5  # stock skorch reaches 0.2 and 0.38
N_EPOCHS = 3
N_REPEATS = 3
BATCH_SIZE = 128


def make_flat(n_samples=20_000):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_samples, 100)).astype(np.float32)
    return X, (X[:, 0] > 0).astype(np.int64)


def make_several(n_samples=20_000):
    rng = np.random.default_rng(0)
    parts = {name: rng.normal(size=(n_samples, 60)).astype(np.float32) for name in "abc"}
    return make_frame(**parts), (parts["a"][:, 0] > 0).astype(np.int64)


def train_plainly(X, y):
    """Train as a torch user would by hand: one permutation per epoch, index_select per batch."""
    columns = {"X": X} if isinstance(X, np.ndarray) else {n: X[n].array.tensor for n in X}
    blocks = {name: torch.from_numpy(values) for name, values in columns.items()}
    target = torch.from_numpy(y)
    network = FusionNetwork({name: ("vector", b.shape[1]) for name, b in blocks.items()}, 2)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=1e-4)
    for _ in range(N_EPOCHS):
        for rows in torch.randperm(len(target)).split(BATCH_SIZE):
            optimizer.zero_grad()
            scores = network({name: b.index_select(0, rows) for name, b in blocks.items()})
            torch.nn.functional.cross_entropy(scores, target.index_select(0, rows)).backward()
            optimizer.step()


def train_ours(X, y):
    DeepFusionClassifier(
        max_epochs=N_EPOCHS, batch_size=BATCH_SIZE, device="cpu", random_state=0
    ).fit(X, y)


def cpu_seconds(function, *args):
    start = process_time()
    function(*args)
    return process_time() - start


def compare(make):
    """Median CPU seconds of the plain loop and of ours."""
    X, y = make()
    with torch.random.fork_rng(), threadpool_limits(1):
        train_ours(X, y)
        pairs = [
            (cpu_seconds(train_plainly, X, y), cpu_seconds(train_ours, X, y))
            for _ in range(N_REPEATS)
        ]
    return tuple(median(times) for times in zip(*pairs, strict=True))


def main():
    rows = {}
    for name, make in {"flat 20k x 100": make_flat, "three inputs 20k x 60": make_several}.items():
        plain, ours = compare(make)
        rows[name] = {"plain loop [s]": plain, "fit [s]": ours, "speed of fit": plain / ours}
    table = pd.DataFrame(rows).T
    print(table.round(2))
    print(f"torch {torch.__version__}, skorch {skorch.__version__}, {platform.machine()}, 1 thread")
    if (table["speed of fit"] < FLOOR).any():
        raise SystemExit(f"fit has less than {FLOOR} of the speed of the plain loop")


if __name__ == "__main__":
    main()
