"""Run every benchmark of this folder: ``python -m tests.benchmarks``, or ``make bench``."""

from importlib import import_module
from pathlib import Path

for path in sorted(Path(__file__).parent.glob("bench_*.py")):
    print(f"\n== {path.stem.removeprefix('bench_')}")
    import_module(f"tests.benchmarks.{path.stem}").main()
