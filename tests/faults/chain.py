"""From files' contents over features to predictions of early, late and deep fusion, and a hash of each.

``python -m tests.faults.chain BACKEND:N_JOBS ...`` prints hashes as JSON: a process of its own, with the
number of threads that OMP_NUM_THREADS says.
"""

import json
import sys
from hashlib import sha256

import numpy as np
from joblib import parallel_config
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmm import DeepFusionClassifier, LateFusionClassifier, MultimodalFusion
from skmm.audio import MFCCExtractor
from skmm.datasets import make_keypad_digits
from skmm.image import HOGExtractor

STEPS = ("features", "early", "late", "deep")
RUNS = {"1": ["sequential:1", "threading:2"], "2": ["sequential:1", "threading:2", "loky:2"]}


def models(n_jobs):
    """An early, a late and a deep fusion of the features of pictures and sounds."""
    members = [("image", HOGExtractor(n_jobs=n_jobs)), ("audio", MFCCExtractor(n_jobs=n_jobs))]
    head = make_pipeline(StandardScaler(), LogisticRegression())
    singles = [(name, make_pipeline(extractor, head)) for name, extractor in members]
    blocks = MultimodalFusion(members, fusion=None, n_jobs=n_jobs)
    return {
        "early": make_pipeline(MultimodalFusion(members, n_jobs=n_jobs), head),
        "late": LateFusionClassifier(singles, cv=2, n_jobs=n_jobs),
        "deep": make_pipeline(blocks, DeepFusionClassifier(max_epochs=5, random_state=0)),
    }


def run(n_jobs):
    """Hashes by step."""
    X, y = make_keypad_digits(60, random_state=0)
    members = [("image", HOGExtractor(n_jobs=n_jobs)), ("audio", MFCCExtractor(n_jobs=n_jobs))]
    blocks = [extractor.fit_transform(X[name]) for name, extractor in members]
    results = {"features": np.hstack(blocks)}
    for name, model in models(n_jobs).items():
        results[name] = cross_val_predict(model, X, y, cv=2, n_jobs=n_jobs, method="predict_proba")
    return {name: sha256(array.tobytes()).hexdigest() for name, array in results.items()}


def main():
    """Print the hashes of all runs that are asked for."""
    hashes = {}
    for asked in sys.argv[1:]:
        backend, n_jobs = asked.split(":")
        with parallel_config(backend):
            hashes[asked] = run(int(n_jobs))
    print(json.dumps(hashes))


if __name__ == "__main__":
    main()
