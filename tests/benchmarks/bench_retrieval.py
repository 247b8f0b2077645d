"""CrossModalRetriever's exact search against the bare product of blocks, in CPU time on one thread."""

import platform
import sys
from statistics import median
from time import process_time

import numpy as np
from threadpoolctl import threadpool_limits

from skmm.retrieval._search import GALLERY_BLOCK, QUERY_BLOCK, nearest

LIMIT = 1.3  # times the product alone
N_QUERIES, N_GALLERY, N_COMPONENTS, K = 1000, 100_000, 128, 10
N_REPEATS = 7


def make_unit_rows(n_rows, rng):
    rows = rng.standard_normal((n_rows, N_COMPONENTS), dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def multiply(queries, gallery):
    for start in range(0, len(queries), QUERY_BLOCK):
        part = queries[start : start + QUERY_BLOCK]
        for first in range(0, len(gallery), GALLERY_BLOCK):
            part @ gallery[first : first + GALLERY_BLOCK].T


def seconds(function, *args):
    start = process_time()
    function(*args)
    return process_time() - start


def main():
    rng = np.random.default_rng(0)
    queries, gallery = make_unit_rows(N_QUERIES, rng), make_unit_rows(N_GALLERY, rng)
    with threadpool_limits(1):
        pairs = [
            (seconds(multiply, queries, gallery), seconds(nearest, queries, gallery, K))
            for _ in range(N_REPEATS)
        ]
    ratio = median(search / product for product, search in pairs)
    product, search = (median(times) for times in zip(*pairs, strict=True))
    print(f"python {platform.python_version()}, numpy {np.__version__}")
    print(f"{N_QUERIES} queries in {N_GALLERY} rows of {N_COMPONENTS}, {K} nearest")
    print(f"product {product:.3f} s, search {search:.3f} s, ratio {ratio:.2f} (limit {LIMIT})")
    if ratio > LIMIT:
        sys.exit(f"search takes {ratio:.2f} times the product, more than {LIMIT}")


if __name__ == "__main__":
    main()
