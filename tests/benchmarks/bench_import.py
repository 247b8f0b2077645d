"""CPU time of ``import skmm`` against importing scikit-learn and pandas, in fresh processes."""

import subprocess
import sys
from statistics import median

LIMIT = 1.3
N_REPEATS = 7
PEERS = "import sklearn, pandas"
TIMED = "import time; start = time.process_time(); {}; print(time.process_time() - start)"


def cpu_seconds(statement):
    run = [sys.executable, "-c", TIMED.format(statement)]
    return float(subprocess.run(run, capture_output=True, text=True, check=True).stdout)


def main():
    """Print the median of paired ratios."""
    cpu_seconds(PEERS + ", skmm")  # compile what is not compiled yet
    pairs = [
        (cpu_seconds(PEERS), cpu_seconds("import skmm, skmm.frame, skmm.fusion"))
        for _ in range(N_REPEATS)
    ]
    peers, ours = (median(column) for column in zip(*pairs, strict=True))
    ratio = median(ours / peer for peer, ours in pairs)
    print(
        f"scikit-learn and pandas {peers:.2f} s, skmm with its fusions {ours:.2f} s: {ratio:.2f}x"
    )
    alone = median(cpu_seconds("import skmm") / peer for peer, _ in pairs)
    print(f"import skmm alone: {alone:.2f}x (at most {LIMIT})")
    if alone > LIMIT:
        raise SystemExit("importing skmm has become expensive")


if __name__ == "__main__":
    main()
