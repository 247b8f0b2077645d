"""CrossModalRetriever's search against the bare product of blocks, in CPU time on one thread.

Exact search is to take little more than the product, with the queries embedded first as well, and memory
that does not grow with their number. Approximate search is compared with it on embeddings that lie near a
surface of 16 dimensions, and on noise, which is the worst case.
"""

import json
import platform
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np
from threadpoolctl import threadpool_limits

from skmm import make_frame
from skmm.retrieval import CrossModalRetriever
from skmm.retrieval._hnsw import HnswIndex
from skmm.retrieval._search import GALLERY_BLOCK, QUERY_BLOCK, nearest
from tests.benchmarks.bench_memory import STATUS, peak

LIMIT = 1.3  # times the product alone
MEMORY_LIMIT = 30  # MB; all cosines of 1,000 queries would take 400
N_QUERIES, N_GALLERY, N_COMPONENTS, K = 1000, 100_000, 128, 10
N_REPEATS = 7
RESET = Path("/proc/self/clear_refs")


def make_unit_rows(n_rows, rng):
    rows = rng.standard_normal((n_rows, N_COMPONENTS), dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def make_surface(n_rows, rng):
    """Unit rows near a bent surface of 16 dimensions."""
    bends = np.random.default_rng(1).standard_normal((16, N_COMPONENTS), dtype=np.float32) / 4
    rows = np.tanh(rng.standard_normal((n_rows, 16), dtype=np.float32) @ bends)
    rows += 0.1 * rng.standard_normal(rows.shape, dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


GALLERIES = [
    *(("near a surface", make_surface, n_rows) for n_rows in (20_000, N_GALLERY, 4 * N_GALLERY)),
    ("of noise", make_unit_rows, N_GALLERY),
]


def make_retriever(rng):
    """A retriever with the gallery, and a function that makes queries."""
    train = rng.standard_normal((2000, N_COMPONENTS))
    text = train @ rng.standard_normal((N_COMPONENTS, N_COMPONENTS))
    retriever = CrossModalRetriever(n_components=N_COMPONENTS).fit(
        make_frame(image=train, text=text + rng.standard_normal(text.shape))
    )
    retriever.index(make_frame(image=rng.standard_normal((N_GALLERY, N_COMPONENTS))))
    return retriever, lambda n: make_frame(text=rng.standard_normal((n, N_COMPONENTS)))


def multiply(queries, gallery):
    for start in range(0, len(queries), QUERY_BLOCK):
        part = queries[start : start + QUERY_BLOCK]
        for first in range(0, len(gallery), GALLERY_BLOCK):
            part @ gallery[first : first + GALLERY_BLOCK].T


def seconds(function, *args, **kwargs):
    start = process_time()
    function(*args, **kwargs)
    return process_time() - start


def compare_exact():
    """Return the ratios of search, and of embedding and search, to the product."""
    rng = np.random.default_rng(0)
    queries, gallery = make_unit_rows(N_QUERIES, rng), make_unit_rows(N_GALLERY, rng)
    retriever, make_queries = make_retriever(rng)
    texts = make_queries(N_QUERIES)
    times = [
        (
            seconds(multiply, queries, gallery),
            seconds(nearest, queries, gallery, K),
            seconds(retriever.search, texts, source="text", k=K),
        )
        for _ in range(N_REPEATS)
    ]
    ratios = [median(row[number] / row[0] for row in times) for number in (1, 2)]
    product, search, whole = (median(column) for column in zip(*times, strict=True))
    print(f"product {product:.3f} s, search {search:.3f} s, ratio {ratios[0]:.2f} (limit {LIMIT})")
    print(f"embedding and search {whole:.3f} s, ratio {ratios[1]:.2f} (limit {LIMIT})")
    return ratios


def measure_memory(n_queries):
    """Peak of memory in a search, in MB beyond what was there before."""
    with threadpool_limits(1):
        retriever, make_queries = make_retriever(np.random.default_rng(0))
        queries = make_queries(n_queries)
        retriever.search(queries[:10], source="text", k=K)
        RESET.write_text("5")  # the peak becomes what there is now
        before = peak()[1]
        retriever.search(queries, source="text", k=K)
        return peak()[1] - before


def compare_memory():
    """Return the peaks for more and more queries, each in a process of its own."""
    if not (STATUS.exists() and RESET.exists()):
        print(f"memory not measured: there is no {RESET} on this system")
        return []
    peaks = []
    for n_queries in (N_QUERIES, 10 * N_QUERIES):
        command = [sys.executable, "-m", "tests.benchmarks.bench_retrieval", str(n_queries)]
        answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        peaks.append(json.loads(answer.stdout))
        print(f"memory of a search by {n_queries}: {peaks[-1]:.0f} MB (limit {MEMORY_LIMIT})")
    return peaks


def compare_approximate():
    for name, make, n_rows in GALLERIES:
        rng = np.random.default_rng(0)
        queries, gallery = make(N_QUERIES, rng), make(n_rows, rng)
        exact, expected = seconds(nearest, queries, gallery, K), nearest(queries, gallery, K)[1]
        start = process_time()
        index = HnswIndex(gallery)
        print(
            f"{n_rows} rows {name}: exact {exact:.3f} s, graph built in {process_time() - start:.1f} s"
        )
        for ef in (32, 64, 128, 256):
            took = seconds(index.search, queries, K, ef)
            found = zip(index.search(queries, K, ef)[1], expected, strict=True)
            recall = np.mean([len(np.intersect1d(*pair)) / K for pair in found])
            print(f"    ef_search={ef:<4} {took:.3f} s, finds {recall:.3f}")


def main():
    print(f"python {platform.python_version()}, numpy {np.__version__}")
    print(f"{N_QUERIES} queries in {N_GALLERY} rows of {N_COMPONENTS}, {K} nearest")
    with threadpool_limits(1):
        ratios = compare_exact()
    peaks = compare_memory()
    with threadpool_limits(1):
        compare_approximate()
    if max(ratios) > LIMIT:
        sys.exit(f"search takes {max(ratios):.2f} times the product, more than {LIMIT}")
    if max(peaks, default=0) > MEMORY_LIMIT:
        sys.exit(f"search takes {max(peaks):.0f} MB, more than {MEMORY_LIMIT}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure_memory(int(sys.argv[1]))))
    else:
        main()
