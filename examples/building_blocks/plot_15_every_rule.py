"""
================================
What is every fusion worth here?
================================

All early fusions and all late rules of skmm, in a few seconds, on the same digits that are seen, heard and
read. A bar each, and a line where the best single modality is.
"""

# %%
# The data, and the features
# --------------------------
# Handwriting is real, tones and words are made up, and all of them are noisy. Features are computed once,
# before any fusion, because nothing is learned in them that a fold could give away: HOG and band energies
# look at one sample at a time, and the letters of words are hashed.
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmm import LateFusionClassifier, MultimodalFusion, make_frame
from skmm.audio import STFTExtractor
from skmm.datasets import make_keypad_digits
from skmm.fusion import CanonicalFusion, ConcatFusion, KernelFusion, SketchFusion, TensorFusion
from skmm.image import HOGExtractor

X, y = make_keypad_digits(450, noise={"image": 6.0, "audio": 5.0, "text": 0.4}, random_state=0)
letters = HashingVectorizer(n_features=32, analyzer="char_wb", ngram_range=(1, 2))
X = make_frame(
    image=HOGExtractor(size=(16, 16), pixels_per_cell=(8, 8)).fit_transform(X["image"]),
    audio=STFTExtractor(16, sampling_rate=8000, n_fft=512, hop_length=128).fit_transform(
        X["audio"]
    ),
    text=letters.transform(X["text"]).toarray(),
)
modalities = list(X)

# %%
# Every early fusion
# ------------------
# Each makes one row of the three blocks, and a linear discriminant learns from it; kernels go to a
# support vector machine. Tensor and sketch are made of products of columns, and get five components of
# each block.
linear = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.1)
kernel_machine = SVC(kernel="precomputed", C=10)


def early(fusion, learner, step):
    members = [(modality, step) for modality in modalities]
    return make_pipeline(MultimodalFusion(members, fusion=fusion), learner)


scaler = StandardScaler()
components = make_pipeline(StandardScaler(), PCA(5, whiten=True, random_state=0))
models = {
    "concat": early(ConcatFusion(), linear, scaler),
    "concat, mfa": early(ConcatFusion(scaling="mfa"), linear, scaler),
    "canonical": early(CanonicalFusion(16), linear, scaler),
    "kernels, mean": early(KernelFusion(), kernel_machine, scaler),
    "kernels, cka": early(KernelFusion(method="cka"), kernel_machine, scaler),
    "tensor": early(TensorFusion(), linear, components),
    "sketch": early(SketchFusion(512, random_state=0), linear, components),
}
kinds = dict.fromkeys(models, "early fusion")

# %%
# Every late rule
# ---------------
# One classifier per modality; the rules differ in how they combine what these say.
RULES = ("mean", "product", "max", "min", "median", "vote")
RULES += ("borda", "bayes", "evidence", "confidence", "stacking", "greedy")
members = [(modality, linear) for modality in modalities]
models |= {rule: LateFusionClassifier(members, rule=rule, cv=3) for rule in RULES}
kinds |= dict.fromkeys(RULES, "late fusion")

# %%
# The scores
# ----------
# Three folds, the same for all.
alone = {name: cross_val_score(linear, X[name].array.tensor, y, cv=3).mean() for name in X}
table = pd.DataFrame(
    {
        "kind": kinds,
        "accuracy": {
            name: cross_val_score(model, X, y, cv=3).mean() for name, model in models.items()
        },
    }
).sort_values("accuracy")
best = max(alone, key=alone.get)
for name, score in alone.items():
    print(f"{name} alone  {score:.3f}")
print(table[::-1].round(3).to_string())

_, ax = plt.subplots(figsize=(7.5, 5.6), layout="constrained")
for kind, color in {"early fusion": "C0", "late fusion": "C1"}.items():
    rows = np.flatnonzero(table["kind"] == kind)
    ax.barh(rows, table["accuracy"].iloc[rows], color=color, label=kind)
ax.axvline(alone[best], color="black", linestyle="--", label=f"{best} alone")
ax.set_yticks(range(len(table)), table.index)
ax.set(xlabel="accuracy, mean of three folds", xlim=(0, 1))
ax.legend(loc="lower right")
plt.show()

# %%
# Given the digit, these modalities err independently of each other. That is what the product and the
# Bayes rule assume, so that they are first here. Features side by side and sums of kernels are close, for
# they weigh every feature. Stacking has to learn what the product takes for granted, and pays for it
# where samples are few; it is the default all the same, because it does not lose where the others do: see
# :doc:`the evidence </evidence>`. Ranks, votes and medians throw away how sure a modality is. What is
# below the line should not be used here: canonical components keep what modalities have in common and
# drop the rest, the tensor sees five components of each block, and the sketch nothing but their products,
# while these digits are told by sums.
