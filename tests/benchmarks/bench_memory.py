"""Peak memory of an extractor with a cache over 100,000 paths, beyond input, output and imports.

There are 1,000 pictures and 100 hard links to each: a path under another name is another sample to the
cache, which knows files by their absolute path, size and time of modification. Each run is a process of
its own. It is compared with one that has imported and compiled everything, and holds the column of
paths and a block of the size of the output.

Peaks are those that Linux keeps for each program (VmHWM). ``resource.getrusage`` would count what the
process that starts it had taken before, and hide the difference.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from PIL import Image

from skmm.cache import FeatureCache
from skmm.image import HOGExtractor

N_FILES = 1_000
N_LINKS = 100  # of each
SIZE = (32, 32)
LIMIT = 300  # MB
N_JOBS = (1, 2)
STATUS = Path("/proc/self/status")


def make_pictures(folder):
    """Write noise as PNG files, and link to them."""
    rng = np.random.default_rng(0)
    for number in range(N_FILES):
        path = folder / f"{number}-0.png"
        Image.fromarray(rng.integers(0, 256, SIZE, dtype=np.uint8)).save(path)
        for link in range(1, N_LINKS):
            os.link(path, folder / f"{number}-{link}.png")


def peak():
    """Return the identifier of this process and its largest memory so far, in MB."""
    [line] = [line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM")]
    return os.getpid(), int(line.split()[1]) / 1000


def prepare(folder):
    """Import and compile everything, and list the pictures."""
    paths = pd.Series(sorted(map(str, Path(folder).iterdir())), name="image")
    with TemporaryDirectory() as memory:
        row = HOGExtractor(size=SIZE, memory=memory).fit_transform(paths[:1])
    return paths, row


def measure_baseline(folder):
    """Hold the paths and a block, and extract nothing."""
    paths, row = prepare(folder)
    block = np.ones((len(paths), row.shape[1]), dtype=row.dtype)
    return {"shape": block.shape, "main [MB]": peak()[1]}


def measure_run(folder, memory, n_jobs):
    """Extract all rows, and tell the peaks of this process and of its workers."""
    paths, _ = prepare(folder)
    extractor = HOGExtractor(size=SIZE, memory=memory, n_jobs=n_jobs).fit(paths)
    start = perf_counter()
    block = extractor.transform(paths)
    seconds = perf_counter() - start
    # The workers of the same pool, several times, so that each has its turn.
    peaks = dict(Parallel(n_jobs=n_jobs)(delayed(peak)() for _ in range(20)))
    own = peak()[1]
    peaks.pop(os.getpid(), None)
    return {
        "main [MB]": own,
        "worker [MB]": max(peaks.values(), default=np.nan),
        "time [s]": seconds,
        "sum": float(block.sum(dtype=np.float64)),
    }


def run(function, *arguments):
    """Call one of the functions above in a new process."""
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.bench_memory",
        function,
        *map(str, arguments),
    ]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(answer.stdout)


def main():
    """Print the table; fail if a run takes more memory than promised, or gives another block."""
    if not STATUS.exists():
        print(f"not measured: there is no {STATUS} on this system")
        return
    rows = {}
    with TemporaryDirectory() as folder, TemporaryDirectory() as memory:
        make_pictures(Path(folder))
        run("measure_baseline", folder)  # compiles, and keeps what it compiled
        baseline = run("measure_baseline", folder)
        for n_jobs in N_JOBS:
            cache = FeatureCache(Path(memory) / str(n_jobs))
            for name in ("first", "warm"):
                row = run("measure_run", folder, cache.path, n_jobs)
                row["above baseline [MB]"] = row["main [MB]"] - baseline["main [MB]"]
                row["cached"] = cache.info()["entries"]
                rows[f"n_jobs={n_jobs}, {name}"] = row
    table = pd.DataFrame(rows).T
    n_rows, n_columns = baseline["shape"]
    print(f"{n_rows} paths, a block of {n_rows * n_columns * 4 / 1e6:.0f} MB")
    print(f"baseline {baseline['main [MB]']:.0f} MB")
    print(table.drop(columns="sum").to_string(float_format="{:.0f}".format))
    if table["sum"].nunique() > 1 or (table["cached"] != n_rows).any():
        raise SystemExit("the runs differ in their blocks, or in the number of rows kept")
    if table["above baseline [MB]"].max() > LIMIT:
        raise SystemExit(f"a run takes more than {LIMIT} MB beyond the block")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        name, folder, *rest = sys.argv[1:]
        function = {"measure_baseline": measure_baseline, "measure_run": measure_run}[name]
        arguments = [int(value) if value.isdigit() else value for value in rest]
        print(json.dumps(function(folder, *arguments)))
    else:
        main()
