"""What codes learned without labels are worth on mfeat: few labels, and modalities filled in.

Logistic regression learns from five labels per class, on codes of all training rows and on the blocks side
by side. Then one modality is missing in half of the rows, in training and test: the error of what is filled
in, as a share of the variance of the (standardized) block; 1 is as bad as the mean.
"""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from skmm.fusion import ConcatFusion
from skmm.generative import AdversarialFusion, AutoencoderFusion, VariationalFusion
from tests.benchmarks.fusion_tasks import DATA, mfeat_task

VIEWS = ["fac", "fou", "kar", "mor", "pix", "zer"]
TRAINING = {"max_epochs": 100, "lr": 1e-3, "random_state": 0}
N_LABELS, N_DRAWS, MISSING = 5, 10, "kar"


def make_models():
    """Unfitted models by name; the last one is what they are compared with."""
    return {
        "autoencoder": AutoencoderFusion(32, **TRAINING),
        **{
            f"variational, {m}": VariationalFusion(32, mixture=m, **TRAINING)
            for m in ("poe", "moe", "mopoe")
        },
        **{
            f"adversarial, {m}": AdversarialFusion(32, method=m, **TRAINING)
            for m in ("reversal", "gan")
        },
        "blocks": ConcatFusion(scaling="mfa"),
    }


def score_few_labels(model, X, y, train, test):
    """Accuracies on the test rows over draws of labels."""
    codes = model.fit(X.iloc[train]).transform(X)
    rng, scores = np.random.default_rng(0), []
    for _ in range(N_DRAWS):
        few = np.concatenate([rng.choice(train[y[train] == c], N_LABELS, False) for c in range(10)])
        learner = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
        scores.append(learner.fit(codes[few], y[few]).score(codes[test], y[test]))
    return scores


def score_imputation(model, X, train, test):
    """Squared error of what is filled in in the test rows, in variances of the training rows."""
    gaps = X.copy()
    absent = np.random.default_rng(0).random(len(X)) < 0.5
    gaps.loc[absent, MISSING] = None
    filled = model.fit(gaps.iloc[train]).impute(gaps.iloc[test])[MISSING].array.tensor
    truth, rows = X[MISSING].array.tensor, absent[test]
    error = np.square(filled[rows] - truth[test][rows]).mean(axis=0)
    return (error / truth[train].var(axis=0)).mean()


def main():
    if DATA is None:
        print("SKMM_DATA names no folder with real data: nothing to compare")
        return
    task = mfeat_task(VIEWS)
    order = np.random.default_rng(0).permutation(len(task.y))
    train, test = order[:1000], order[1000:]
    rows = {}
    with threadpool_limits(1):
        for name, model in make_models().items():
            scores = score_few_labels(model, task.X, task.y, train, test)
            rows[name] = {"accuracy": np.mean(scores), "sd": np.std(scores)}
            if hasattr(model, "impute"):
                rows[name]["error filled in"] = score_imputation(model, task.X, train, test)
            print(name, rows[name], flush=True)
    print(pd.DataFrame(rows).T.round(3).to_string())


if __name__ == "__main__":
    main()
