"""DeepFusionClassifier against what a torch user would write by hand, in CPU time and in memory.

The loop by hand trains the same FusionNetwork on index batches, with torch's own AdamW, the same loss
and the same batch size. Both run in this process on one thread; the medians of some repeats are
compared, taken in turns. `predict_proba` is compared with the trained module alone, over batches of
the same size in inference mode. Peaks of memory are those of processes of their own.
"""

import json
import platform
import resource
import subprocess
import sys
from statistics import median
from time import process_time

import numpy as np
import pandas as pd
import skorch
import torch
from threadpoolctl import threadpool_limits

from skmm.frame import make_frame
from skmm.nn import DeepFusionClassifier, FusionNetwork
from skmm.nn._training.batches import as_tensor
from skmm.nn._training.training import PREDICTION_BATCH_SIZE

FLOORS = {"flat": 0.9, "several": 0.95}  # speed of fit; stock skorch reaches 0.2 and 0.38
PREDICTION_LIMIT = 1.5  # times the module alone; stock skorch takes 41
ROW_LIMITS = {"flat": 0.4, "several": 0.8}  # ms; the network of three modalities alone takes 0.3
MEMORY_LIMIT = 1.3  # times the loop by hand
N_EPOCHS = 3
N_REPEATS = 5
BATCH_SIZE = 128
N_BYTES = 10**9


def make_flat(n_samples=20_000, n_features=100):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_samples, n_features), dtype=np.float32)
    return X, (X[:, 0] > 0).astype(np.int64)


def make_several(n_samples=20_000, n_features=60):
    rng = np.random.default_rng(0)
    parts = {name: rng.standard_normal((n_samples, n_features), dtype=np.float32) for name in "abc"}
    return make_frame(**parts), (parts["a"][:, 0] > 0).astype(np.int64)


MAKERS = {"flat": make_flat, "several": make_several}


def as_blocks(X):
    """Return the tensors that a network takes; they share the memory of X."""
    columns = {"X": X} if isinstance(X, np.ndarray) else {n: X[n].array.tensor for n in X}
    return {name: as_tensor(values) for name, values in columns.items()}


def train_plainly(X, y, n_epochs=N_EPOCHS):
    """Train as a torch user would by hand: one permutation per epoch, index_select per batch."""
    blocks, target = as_blocks(X), torch.from_numpy(y)
    network = FusionNetwork({name: ("vector", b.shape[1]) for name, b in blocks.items()}, 2)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=1e-4)
    for _ in range(n_epochs):
        for rows in torch.randperm(len(target)).split(BATCH_SIZE):
            optimizer.zero_grad()
            scores = network({name: b.index_select(0, rows) for name, b in blocks.items()})
            torch.nn.functional.cross_entropy(scores, target.index_select(0, rows)).backward()
            optimizer.step()


def train_ours(X, y, n_epochs=N_EPOCHS):
    return DeepFusionClassifier(
        max_epochs=n_epochs, batch_size=BATCH_SIZE, device="cpu", random_state=0
    ).fit(X, y)


def predict_plainly(module, X):
    """Run the module over batches, as `predict_proba` does."""
    parts = {name: block.split(PREDICTION_BATCH_SIZE) for name, block in as_blocks(X).items()}
    with torch.inference_mode():
        batches = [
            dict(zip(parts, batch, strict=True)) for batch in zip(*parts.values(), strict=True)
        ]
        return torch.cat([module(batch) for batch in batches]).softmax(dim=1).numpy()


def cpu_seconds(function, *args, n_times=1):
    start = process_time()
    for _ in range(n_times):
        function(*args)
    return (process_time() - start) / n_times


def in_turns(*functions, n_times=1):
    """Median CPU seconds of each function."""
    rounds = [[cpu_seconds(f, n_times=n_times) for f in functions] for _ in range(N_REPEATS)]
    return [median(times) for times in zip(*rounds, strict=True)]


def compare(make):
    """CPU times by hand and of ours: training, predicting, and predicting one row."""
    X, y = make()
    with torch.random.fork_rng(), threadpool_limits(1):
        model = train_ours(X, y)
        module = model.net_.module_.eval()
        fit = in_turns(lambda: train_plainly(X, y), lambda: train_ours(X, y))
        table = in_turns(
            lambda: predict_plainly(module, X), lambda: model.predict_proba(X), n_times=3
        )
        one = X[:1]
        row = in_turns(
            lambda: predict_plainly(module, one), lambda: model.predict_proba(one), n_times=200
        )
    return {
        "fit by hand [s]": fit[0],
        "fit [s]": fit[1],
        "speed of fit": fit[0] / fit[1],
        "predict by hand [s]": table[0],
        "predict [s]": table[1],
        "predict / by hand": table[1] / table[0],
        "row by hand [ms]": row[0] * 1e3,
        "row [ms]": row[1] * 1e3,
    }


def measure_memory(train, make):
    """Peak memory in MB of this process after an epoch over inputs of N_BYTES."""
    n_columns = {"flat": 1000, "several": 3000}[make]
    n_features = n_columns if make == "flat" else n_columns // 3
    X, y = MAKERS[make](N_BYTES // (4 * n_columns), n_features)
    {"plainly": train_plainly, "ours": train_ours}[train](X, y, 1)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def run(*arguments):
    """Call `measure_memory` in a new process."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_deep", *arguments]
    # Through a shell, which is small: a process starts with the peak of the one that forks it.
    answer = subprocess.run(
        ["sh", "-c", '"$@"; exit $?', "sh", *command], check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(answer.stdout)


def main():
    """Print the tables; fail if something is slower or larger than promised."""
    memory = {
        make: {"by hand [MB]": run("plainly", make), "fit [MB]": run("ours", make)}
        for make in MAKERS
    }
    memory = pd.DataFrame(memory).T
    memory["ratio"] = memory["fit [MB]"] / memory["by hand [MB]"]
    times = pd.DataFrame({name: compare(make) for name, make in MAKERS.items()}).T
    print("flat: 20,000 x 100; several: three modalities of 20,000 x 60")
    print(times.T.to_string(float_format="{:.3f}".format))
    print(f"peak memory, {N_BYTES / 1e9:.0f} GB of inputs")
    print(memory.to_string(float_format="{:.2f}".format))
    print(f"torch {torch.__version__}, skorch {skorch.__version__}, {platform.machine()}, 1 thread")
    missed = [
        name
        for name, failed in {
            "fit": (times["speed of fit"] < pd.Series(FLOORS)).any(),
            "predict_proba": (times["predict / by hand"] > PREDICTION_LIMIT).any(),
            "one row": (times["row [ms]"] > pd.Series(ROW_LIMITS)).any(),
            "memory": (memory["ratio"] > MEMORY_LIMIT).any(),
        }.items()
        if failed
    ]
    if missed:
        raise SystemExit(f"slower or larger than promised: {missed}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure_memory(*sys.argv[1:])))
    else:
        main()
