"""Files of models: their size against the weights, the memory of loading, and CPU time against pickle.

Networks of several widths, and a vocabulary, which is no array. Memory is the largest there was while a
model was loaded beyond what there was before (VmHWM of Linux), so that it takes in what torch allocates.
"""

import os
import pickle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np
from threadpoolctl import threadpool_limits

import skmm
from skmm.text import BagOfWordsVectorizer

SIZE_LIMIT = 1.05  # of the weights
MEMORY_LIMIT = 2.0  # of the file
N_REPEATS = 5
WIDTHS = {"default": {}, "wide": {"embed_dim": 512}, "50 MB": {"embed_dim": 1024}}
N_FEATURES = {"default": 500, "wide": 2000, "50 MB": 10_000}


def fit_network(name):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(64, N_FEATURES[name])), np.arange(64) % 3
    model = skmm.DeepFusionClassifier(max_epochs=1, random_state=0, **WIDTHS[name]).fit(X, y)
    return model, sum(value.nbytes for value in model.net_.network.state_dict().values())


def cpu_time(function):
    times = []
    for _ in range(N_REPEATS):
        start = process_time()
        function()
        times.append(process_time() - start)
    return median(times)


def peak_memory(function):
    """Largest memory while a function runs, beyond that before, in bytes."""
    Path("/proc/self/clear_refs").write_text("5")
    before = read_status("VmRSS")
    kept = function()
    peak = read_status("VmHWM") - before
    del kept
    return peak


def read_status(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) * 1024


def measure(name, model, path):
    """Print the figures of a model; return the size of its file and the memory of loading."""
    skmm.dump(model, path)
    skmm.load(path)
    memory = {
        mode: peak_memory(lambda m=mode: skmm.load(path, mmap_mode=m)) for mode in (None, "r")
    }
    content = pickle.dumps(model)
    times = [
        cpu_time(function)
        for function in (
            lambda: skmm.dump(model, path),
            lambda: pickle.dumps(model),
            lambda: skmm.load(path),
            lambda: pickle.loads(content),
        )
    ]
    size = os.path.getsize(path)
    print(
        f"{name:10}  file {size / 1e6:7.2f} MB   pickle {len(content) / 1e6:7.2f} MB   load takes "
        f"{memory[None] / size:5.2f} x file, mapped {memory['r'] / size:5.2f}   dump {1e3 * times[0]:6.0f} ms "
        f"(pickle {1e3 * times[1]:4.0f})   load {1e3 * times[2]:6.0f} ms (pickle {1e3 * times[3]:4.0f})"
    )
    return size, memory[None]


def main():
    missed = []
    with TemporaryDirectory() as folder, threadpool_limits(1):
        path = Path(folder) / "model.skmm"
        for name in WIDTHS:
            model, weights = fit_network(name)
            size, memory = measure(name, model, path)
            print(f"{'':10}  {size / weights:.4f} of the weights")
            if name != "default" and (size > SIZE_LIMIT * weights or memory > MEMORY_LIMIT * size):
                missed.append(name)
        words = [
            " ".join(f"word{number}" for number in range(n, n + 100)) for n in range(0, 10**5, 100)
        ]
        measure("100k words", BagOfWordsVectorizer().fit(words), path)
    if missed:
        raise SystemExit(f"{missed}: larger than {SIZE_LIMIT} x weights, or {MEMORY_LIMIT} x file")


if __name__ == "__main__":
    main()
