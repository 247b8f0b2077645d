"""
===============================================
Gaps in training: fill them in, or leave them out?
===============================================

Modalities are missing where the model learns and where it is used. Early fusion fills them in, by the mean or
from the others; late fusion leaves them out; a deep fusion masks them.
"""

# %%
# Three views of the same thing
# -----------------------------
# What a modality tells here is told by the others as well, up to noise (``redundant``). So there is something to
# fill a gap from. With every share of missing cells a row keeps one modality at least.
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmm import DeepFusionClassifier, LateFusionClassifier, MultimodalFusion
from skmm.datasets import make_multimodal_classification
from skmm.frame import drop_modalities
from skmm.generative import CrossModalImputer

modalities = {"face": 16, "voice": 12, "words": 8}
whole, y = make_multimodal_classification(
    1600, modalities=modalities, redundant=1, unique=0.5, noise=1.5, random_state=0
)
passed = [(name, "passthrough") for name in modalities]
linear = LogisticRegression(max_iter=500)


def early(missing):
    return make_pipeline(MultimodalFusion(passed, missing=missing), linear)


models = {
    "early, mean": early("mean"),
    "early, ridge from the others": early(CrossModalImputer("ridge")),
    "late, product": LateFusionClassifier(
        [(name, make_pipeline(StandardScaler(), linear)) for name in modalities], rule="product"
    ),
    "deep, plain": DeepFusionClassifier(max_epochs=10, lr=0.003, random_state=0),
    "deep, modality dropout": DeepFusionClassifier(
        max_epochs=10, lr=0.003, modality_dropout=0.3, random_state=0
    ),
}
RATES = [0, 0.15, 0.3, 0.45, 0.6]
rows = {}
for rate in RATES:
    X = drop_modalities(whole, rate=rate, random_state=1)
    for name, model in models.items():
        rows.setdefault(name, []).append(model.fit(X[:800], y[:800]).score(X[800:], y[800:]))
table = pd.DataFrame(rows, index=RATES).T
print(table.round(3).to_string())
