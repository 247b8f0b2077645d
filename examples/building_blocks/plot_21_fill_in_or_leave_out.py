"""
===============================================
Gaps in the data: fill them, or leave them out?
===============================================

Early fusion fills a missing modality by its mean, or from the others; late fusion leaves it out; a deep
fusion masks it. What is best depends on whether the model has met gaps before.
"""

# %%
# Three views of the same thing
# -----------------------------
# What a modality tells here is told by the others as well, up to noise (``redundant``). So there is
# something to fill a gap from. Each also knows something of its own (``unique``).
import matplotlib.pyplot as plt
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
    1600, modalities=modalities, redundant=1, unique=0.5, noise=1.0, random_state=0
)
X_train, X_test, y_train, y_test = whole[:800], whole[800:], y[:800], y[800:]

# %%
# Five ways to go on without
# --------------------------
# An imputer learns from the training rows what modalities tell of each other, here by ridge regression.
# The second network has had modalities hidden in training.
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

# %%
# Gaps that the model knows, and gaps that it does not
# ----------------------------------------------------
# More and more cells of the test rows are missing, the same ones for all. Once the models have learned
# from whole rows, and once from rows with as many gaps. A row keeps at least one modality.
RATES = [0, 0.15, 0.3, 0.45, 0.6]
surprised = {name: [] for name in models}
used_to_it = {name: [] for name in models}
for name, model in models.items():
    model.fit(X_train, y_train)
    for rate in RATES:
        gaps = drop_modalities(X_test, rate=rate, random_state=0)
        surprised[name].append(model.score(gaps, y_test))
    for rate in RATES:
        model.fit(drop_modalities(X_train, rate=rate, random_state=1), y_train)
        gaps = drop_modalities(X_test, rate=rate, random_state=0)
        used_to_it[name].append(model.score(gaps, y_test))

panels = {"gaps in the test only": surprised, "gaps in training, too": used_to_it}
figure, axes = plt.subplots(1, 2, figsize=(10.5, 4.2), sharey=True, layout="constrained")
for (title, scores), ax in zip(panels.items(), axes, strict=True):
    table = pd.DataFrame(scores, index=RATES).T
    print(f"{title}\n{table.round(3).to_string()}\n")
    for name, values in scores.items():
        ax.plot(RATES, values, marker="o", label=name)
    ax.axhline(1 / 3, color="gray", linestyle=":", label="chance")
    ax.set(title=title, xlabel="share of missing cells")
axes[0].set_ylabel("accuracy")
axes[1].legend(fontsize=8, loc="lower left", bbox_to_anchor=(0, 0.12))
plt.show()

# %%
# To a model that has never met a gap, the mean is a strange sample: where most cells are missing, early
# fusion by the mean is the worst. To fill in from the others gives back more than half of what it loses
# beyond the rest, without another fit. A network that has practiced is the best there, and gives away
# next to nothing where all is present; late fusion is steady, but does without what modalities tell
# together. Once gaps are in the training data as well, most of this is gone: the linear model behind the
# mean has learned what to think of it. So do not clean training data of gaps that will be there later.
