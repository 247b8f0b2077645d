"""Block fusions: CPU time against scikit-learn, and accuracy on six views of handwritten digits.

A row of a fused block does not depend on its batch, which forbids products of whole matrices: kernels
may take a few times as long as scikit-learn's. The digits are those of ``SKMM_DATA``, if it is set; half
of them train, labels are known of all of that half, or of three per class.
"""

import os
import sys
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np
from sklearn.cross_decomposition import CCA
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import linear_kernel, rbf_kernel
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from threadpoolctl import threadpool_limits

from skmm import make_frame
from skmm.fusion import CanonicalFusion, ConcatFusion, KernelFusion

N_REPEATS = 5
KERNEL_LIMIT = 8
WEAK, ALL = ("fou", "mor", "zer"), ("fac", "fou", "kar", "mor", "pix", "zer")


def seconds(function):
    start = process_time()
    function()
    return process_time() - start


def compare(name, ours, theirs):
    """Print the median of paired ratios of CPU time, and return it."""
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(N_REPEATS)]
    ratio = median(one / other for one, other in pairs)
    print(f"{name}: {ratio:.2f} times the CPU time of scikit-learn")
    return ratio


def time_fusions():
    rng = np.random.default_rng(0)
    blocks = [rng.normal(size=(1000, width)) for width in (300, 200)]
    X = make_frame(a=blocks[0], b=blocks[1])
    ratios = []
    for name, kernel in (("linear", linear_kernel), ("rbf", rbf_kernel)):
        fusion = KernelFusion(kernel=name, normalize=False).fit(X)
        ratios.append(
            compare(
                f"KernelFusion, {name}",
                lambda fusion=fusion: fusion.transform(X),
                lambda kernel=kernel: sum(kernel(block) for block in blocks),
            )
        )
    compare(
        "CanonicalFusion, 10 components",
        lambda: CanonicalFusion(method="mcca").fit(X),
        lambda: CCA(10, max_iter=50, tol=1e-3).fit(*blocks),
    )
    return max(ratios)


def accuracy(names, n_labels, make_model):
    """Mean accuracy; the fusion is fitted on all training rows, its learner on those with labels."""
    data = np.load(Path(os.environ["SKMM_DATA"]) / "mfeat" / "mfeat.npz")
    y = data["y"]
    X = make_frame(**{name: data[name].astype(float) for name in names})
    scores = []
    for train, test in StratifiedShuffleSplit(3, test_size=0.5, random_state=0).split(y, y):
        labeled = np.concatenate([train[y[train] == digit][:n_labels] for digit in range(10)])
        *steps, learner = make_model()
        features = make_pipeline(*steps).fit(X.iloc[train])
        learner.fit(features.transform(X.iloc[labeled]), y[labeled])
        scores.append(learner.score(features.transform(X.iloc[test]), y[test]))
    return np.mean(scores)


MODELS = {
    "concat, logistic regression": lambda: (ConcatFusion(), LogisticRegression(max_iter=500)),
    "mfa, logistic regression": lambda: (
        ConcatFusion(scaling="mfa"),
        LogisticRegression(max_iter=500),
    ),
    "mfa, PCA to 10, logistic regression": lambda: (
        ConcatFusion(scaling="mfa"),
        PCA(10),
        StandardScaler(),
        LogisticRegression(max_iter=500),
    ),
    "canonical, 10, logistic regression": lambda: (
        CanonicalFusion(10),
        StandardScaler(),
        LogisticRegression(max_iter=500),
    ),
    "concat, SVC": lambda: (ConcatFusion(), SVC(C=10)),
}


def main():
    """Print ratios and accuracies; fail if kernels are slower than they may be."""
    with threadpool_limits(1):
        slowest = time_fusions()
        if "SKMM_DATA" in os.environ:
            for names, n_labels in ((WEAK, 3), (WEAK, 100), (ALL, 3), (ALL, 100)):
                print(f"\n{' '.join(names)}, {n_labels} labels per class")
                for name, make_model in MODELS.items():
                    print(f"{accuracy(names, n_labels, make_model):.3f} {name}")
    if slowest > KERNEL_LIMIT:
        sys.exit(f"kernels take {slowest:.1f} times as long as scikit-learn's, over {KERNEL_LIMIT}")


if __name__ == "__main__":
    main()
