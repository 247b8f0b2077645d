"""
========================================================
Can fusing pay, and what if a modality fails afterwards?
========================================================

Before any model is trained, a decomposition of information tells what modalities have in common, what
each knows alone and what shows only in their combination, and so which fusion fits. Afterwards, curves
show what trained fusions lose when modalities are missing or noisy.
"""

# %%
# Four tasks that differ in what the modalities know
# --------------------------------------------------
# In the first task both modalities know the same, in the second only one knows anything, in the third each
# knows one half of what makes the class, and in the fourth only their combination does: exclusive or on a
# circle.
import matplotlib.pyplot as plt
import pandas as pd
from sklearn.decomposition import TruncatedSVD
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmm import DeepFusionClassifier, LateFusionClassifier, MultimodalFusion
from skmm.audio import STFTExtractor
from skmm.datasets import make_keypad_digits, make_multimodal_classification
from skmm.fusion import TensorFusion
from skmm.image import HOGExtractor
from skmm.inspection import InformationDecompositionDisplay, information_decomposition
from skmm.model_selection import RobustnessCurveDisplay, missing_modality_curve, noise_curve
from skmm.text import BagOfWordsVectorizer

tasks = {
    "the same": {"redundant": 1, "unique": 0, "synergistic": 0},
    "one knows": {"redundant": 0, "unique": {"face": 1}, "synergistic": 0},
    "half each": {"redundant": 0, "unique": 1, "synergistic": 0},
    "only together": {"redundant": 0, "unique": 0, "synergistic": 1},
}
data = {
    name: make_multimodal_classification(
        600, modalities={"face": 20, "voice": 20}, random_state=0, **dials
    )
    for name, dials in tasks.items()
}

# %%
# What the decomposition says
# ---------------------------
found = {name: information_decomposition(X, y, random_state=0) for name, (X, y) in data.items()}
for name, decomposition in found.items():
    print(f"{name}: {decomposition.advice}\n")

# %%
# One bar for each task, as long as what both modalities tell together about the class. The first of them is
# the face, the second the voice.
table = pd.concat({name: one.table.iloc[0] for name, one in found.items()}, axis=1).T
table.index = pd.MultiIndex.from_tuples([(name, "face + voice") for name in found])
display = InformationDecompositionDisplay(table=table).plot()
display.ax_.set_yticks(range(len(found)), found)

# %%
# And what fusions score in fact
# ------------------------------
linear = LogisticRegression(max_iter=1000)
scaled = make_pipeline(StandardScaler(), linear)
scalers = [(modality, StandardScaler()) for modality in ("face", "voice")]
fusions = {
    "concat": make_pipeline(MultimodalFusion(scalers), linear),
    "late": LateFusionClassifier([(modality, scaled) for modality in ("face", "voice")]),
    "tensor": make_pipeline(MultimodalFusion(scalers, fusion=TensorFusion()), linear),
}
rows = {
    name: {"advice": found[name].table["fusion"].iloc[0]}
    | {fusion: cross_val_score(model, X, y).mean() for fusion, model in fusions.items()}
    for name, (X, y) in data.items()
}
print(pd.DataFrame(rows).T.to_string(float_format="{:.3f}".format))

# %%
# Four ways to fuse digits that are seen, heard and read
# ------------------------------------------------------
# Early fusion fills gaps by the training mean, late fusion lets the other modalities decide, and deep
# fusion masks what is missing; one of two deep fusions has also met gaps in training
# (``modality_dropout``).
X, y = make_keypad_digits(1400, noise={"audio": 5.0, "text": 0.35}, random_state=0)
X_train, X_test, y_train, y_test = X[:900], X[900:], y[:900], y[900:]
words = make_pipeline(
    BagOfWordsVectorizer(analyzer="char", ngram_range=(1, 2)), TruncatedSVD(20, random_state=0)
)
features = [
    ("image", HOGExtractor(size=(16, 16), pixels_per_cell=(4, 4))),
    ("audio", STFTExtractor(32, sampling_rate=8000, n_fft=512, hop_length=128)),
    ("text", words),
]
blocks = MultimodalFusion(features, fusion=None, missing="nan")
training = {"max_epochs": 30, "lr": 0.003, "random_state": 0}
models = {
    "early": make_pipeline(MultimodalFusion(features, missing="mean"), linear),
    "late": LateFusionClassifier(
        [(modality, make_pipeline(step, scaled)) for modality, step in features], rule="product"
    ),
    "deep": make_pipeline(blocks, DeepFusionClassifier(**training)),
    "deep, dropout": make_pipeline(blocks, DeepFusionClassifier(modality_dropout=0.3, **training)),
}
for model in models.values():
    model.fit(X_train, y_train)

# %%
# Modalities that go missing, and noise in the one that matters most
# ------------------------------------------------------------------
# All models see the very same gaps and the very same noise.
options = {"n_repeats": 3, "baseline": "late", "random_state": 0}
curves = {
    "any modality missing": missing_modality_curve(models, X_test, y_test, **options),
    "image missing": missing_modality_curve(models, X_test, y_test, modality="image", **options),
    "image noisy": noise_curve(
        models, X_test, y_test, modality="image", levels=[0, 0.25, 0.5, 0.75, 1], **options
    ),
}
for name, curve in curves.items():
    print(f"\n{name}\n{curve.table.round(3).to_string()}")

figure, axes = plt.subplots(1, 3, figsize=(12.5, 4.2), sharey=True, layout="constrained")
for (name, curve), ax in zip(curves.items(), axes, strict=True):
    RobustnessCurveDisplay.from_curve(curve, chance_level=0.1, ax=ax)
    ax.set_title(name)
    ax.label_outer()
plt.show()

# %%
# The advice names the fusion that wins, or one that is level with it: where each modality knows one half,
# concatenation and late fusion differ by less than chance. In the last task all but the products guess.
#
# The late product loses least when modalities go missing: it leaves them out, and these err independently.
# A deep fusion keeps up with it if it has met gaps in training, and else falls behind even the early fusion
# that fills them with the mean. Against noise in a modality that is there, gaps in training help as well:
# they teach not to lean on one modality alone.
