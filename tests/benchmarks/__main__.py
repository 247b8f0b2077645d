"""Run every benchmark of this folder: ``python -m tests.benchmarks``, or ``make bench``.

A benchmark that misses its limit says so and exits; the others run all the same.
"""

import sys
from importlib import import_module
from pathlib import Path

missed = []
for path in sorted(Path(__file__).parent.glob("bench_*.py")):
    print(f"\n== {path.stem.removeprefix('bench_')}", flush=True)
    try:
        import_module(f"tests.benchmarks.{path.stem}").main()
    except SystemExit as error:
        missed.append(f"{path.stem}: {error}")
sys.exit("\n".join(["", *missed]) if missed else 0)
