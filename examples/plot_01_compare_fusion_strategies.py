"""
================================
Which way of fusing is worth it?
================================

Digits come as handwriting, as the tone of a telephone key, and as a misspelled word. We cross-validate
early, late and deep fusion beside each modality alone, on the same folds, and keep the best model.
"""

# %%
# The data: one column per modality
# ---------------------------------
# The handwriting is real (scikit-learn's digits); the tones and the words are made up. All three are
# noisy, so that none of them is enough.
import subprocess
import sys
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler

import skmm
from skmm import DeepFusionClassifier, LateFusionClassifier, MultimodalFusion, compare_fusions
from skmm.audio import MelSpectrogramExtractor, MFCCExtractor
from skmm.datasets import make_keypad_digits
from skmm.image import HOGExtractor, PixelExtractor
from skmm.inspection import SampleGridDisplay
from skmm.text import BagOfWordsVectorizer, TokenSequenceVectorizer

X, y = make_keypad_digits(600, random_state=0)
print(X.head(3), end="\n\n")
SampleGridDisplay.from_predictions(X.head(4), y=y[:4])

# %%
# Three ways to fuse, each an ordinary estimator
# ----------------------------------------------
# *Early* fusion puts the features side by side before one classifier sees them. *Late* fusion trains a
# classifier per modality and learns how to combine what they say. *Deep* fusion learns the features and
# a gate between the modalities together.
features = [
    ("image", HOGExtractor(size=(16, 16), pixels_per_cell=(4, 4))),
    ("audio", MFCCExtractor(sampling_rate=8000)),
    ("text", BagOfWordsVectorizer()),
]
early = make_pipeline(MultimodalFusion(features), LogisticRegression(max_iter=1000))
late = LateFusionClassifier(
    [
        (modality, make_pipeline(extractor, MaxAbsScaler(), LogisticRegression(max_iter=1000)))
        for modality, extractor in features
    ],
    rule="stacking",
)
blocks = [
    ("image", PixelExtractor(size=(8, 8))),
    ("audio", MelSpectrogramExtractor(sampling_rate=8000)),
    ("text", TokenSequenceVectorizer()),
]
deep = make_pipeline(
    MultimodalFusion(blocks, fusion=None), DeepFusionClassifier(max_epochs=40, random_state=0)
)

# %%
# The comparison
# --------------
# Every model sees the same five folds. ``difference`` is to the best single modality, and ``p_value``
# says whether such a difference could be chance.
models = {"early": early, "late": late, "deep": deep}
comparison = compare_fusions(models, X, y, cv=5, n_jobs=2, verbose=sys.stderr.isatty())
print(comparison.table.round(3).to_string(), end="\n\n")

# %%
# Each small point is a fold, each large one the mean with the standard deviation; the dotted line is the
# best single modality.
display = comparison.plot()
# sphinx_gallery_thumbnail_number = 2

output = Path(sys.argv[0]).resolve().parent / "output"
output.mkdir(exist_ok=True)
display.figure_.savefig(output / "compare_fusion_strategies.png", dpi=150)
print(f"plot written to {output.name}/compare_fusion_strategies.png")

# %%
# Keep the best model, and use it in another process
# --------------------------------------------------
# A file of ``skmm.dump`` holds arrays and plain values, and ``skmm.load`` runs nothing in it. The card says
# what it is.
fusions = comparison.table[comparison.table["kind"] == "fusion"]
best = fusions["mean_score"].idxmax()
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)
model = models[best].fit(X_train, y_train)
print(f"best fusion: {best}, held-out accuracy {model.score(X_test, y_test):.3f}")

skmm.dump(model, output / "model.skmm")
skmm.model_card(model, X=X_train, y=y_train, metrics=comparison).save(output / "model.md")
fresh_process = """
import sys
import numpy as np
from sklearn.model_selection import train_test_split
import skmm
from skmm.datasets import make_keypad_digits
X, y = make_keypad_digits(600, random_state=0)
_, X_test = train_test_split(X, random_state=0, stratify=y)
np.save(sys.argv[2], skmm.load(sys.argv[1]).predict(X_test))
"""
files = [output / "model.skmm", output / "predictions.npy"]
subprocess.run([sys.executable, "-c", fresh_process, *files], check=True)
if not np.array_equal(np.load(output / "predictions.npy"), model.predict(X_test)):
    raise RuntimeError("the reloaded model predicts differently")
print("a fresh process loads the model and predicts the same")

# %%
# The table reads from the top: what each modality is worth alone, then the fusions. Here the modalities
# err independently of each other, so that combining the decisions of three small models is worth as much as
# learning everything together, and more than one model over all features side by side. Where modalities
# explain each other it can be the other way round, and sometimes the best single one wins. That is why one
# compares instead of guessing.
