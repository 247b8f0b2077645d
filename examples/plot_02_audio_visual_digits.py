"""
=============================================
Does hearing a digit help to read a bad scan?
=============================================

Handwritten digits meet real recordings of people who say them. The pictures get noisier step by step, and
the speakers of the test folds are never heard in training. We look at when fusing pays, and which way.
"""

# %%
# The data: pictures from scikit-learn, recordings from six people
# -----------------------------------------------------------------
# The recordings are the Free Spoken Digit Dataset of Z. Jackson and others (CC BY-SA 4.0). They are not
# part of skmm: the environment variable SKMM_DATA names the folder that holds them.
import os
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmm import (
    DeepFusionClassifier,
    LateFusionClassifier,
    MultimodalFusion,
    compare_fusions,
    make_frame,
)
from skmm.audio import MFCCExtractor

folder = Path(os.environ.get("SKMM_DATA", "")) / "spoken_digits"
recordings = sorted(folder.rglob("*.wav"))
if not recordings:
    sys.exit(
        "This example needs the Free Spoken Digit Dataset. Get it from\n"
        "    https://github.com/Jakobovski/free-spoken-digit-dataset\n"
        "put its folder `recordings` into a folder spoken_digits, and name the folder above it:\n"
        "    SKMM_DATA=/path/to/data python examples/plot_02_audio_visual_digits.py"
    )

# %%
# Every picture is used once. It goes with a clip of the same digit; clips of a speaker form a group.
clips = pd.DataFrame(
    [(str(path), *path.stem.split("_")) for path in recordings],
    columns=["path", "digit", "speaker", "take"],
)
clips = clips.groupby(["digit", "speaker"]).head(29)
images, digits = load_digits(return_X_y=True)
partners = {digit: iter(np.flatnonzero(digits == digit)) for digit in range(10)}
pictures = images[[next(partners[int(digit)]) for digit in clips["digit"]]]
y, speakers = clips["digit"].astype(int).to_numpy(), clips["speaker"].to_numpy()
print(f"{len(clips)} pairs of a picture and a recording, {len(set(speakers))} speakers")

# %%
# Features that learn nothing from other samples can be made once, outside of cross-validation: here the
# cepstra of the recordings. What learns (scalers, classifiers, nets) stays inside.
audio = MFCCExtractor(sampling_rate=8000, n_jobs=2)
cepstra = audio.fit_transform(clips["path"])


def classifier():
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))


both = [("image", "passthrough"), ("audio", "passthrough")]
members = [("image", classifier()), ("audio", classifier())]
models = {
    "early": make_pipeline(MultimodalFusion(both), LogisticRegression(max_iter=2000)),
    "late, product": LateFusionClassifier(members, rule="product"),
    "late, stacking": LateFusionClassifier(members, rule="stacking"),
    "deep": make_pipeline(
        MultimodalFusion(both, fusion=None), DeepFusionClassifier(max_epochs=30, random_state=0)
    ),
}

# %%
# Noisier and noisier pictures
# ----------------------------
# Each fold holds two speakers out. Given to a late fusion, the groups also split its inner folds, so
# that stacking learns from speakers that its members have not heard.
rng = np.random.default_rng(0)
curves = {}
for noise in (4, 6, 8, 10):
    scans = pictures + rng.normal(scale=noise, size=pictures.shape)
    X = make_frame(image=scans, audio=cepstra)
    comparison = compare_fusions(models, X, y, cv=GroupKFold(3), groups=speakers)
    curves[noise] = comparison.table["mean_score"]
    print(f"\nnoise of {noise} gray levels out of 16")
    print(comparison.table[["kind", "mean_score", "std_score", "difference"]].round(3).to_string())

# %%
# The picture
# -----------
curves = pd.DataFrame(curves)
styles = {"image": ("0.55", "s:"), "audio": ("0.25", "s:")}
figure, ax = plt.subplots(figsize=(6.4, 4), layout="constrained")
for name, scores in curves.iterrows():
    color, style = styles.get(name, (None, "o-"))
    ax.plot(scores.index, scores, style, color=color, label=name)
ax.set(
    xlabel="noise in the picture (standard deviation, in gray levels of 0 to 16)",
    ylabel="accuracy on speakers held out",
    xticks=curves.columns,
)
ax.legend(ncols=2)
output = Path(__file__).parent / "output"
output.mkdir(exist_ok=True)
figure.savefig(output / "audio_visual_digits.png", dpi=150)
print(f"\nplot written to {output / 'audio_visual_digits.png'}")

# %%
# What it means
# -------------
singles = curves.loc[["image", "audio"]].max()
gain = (curves.drop(index=["image", "audio"]) - singles).round(3)
print("\ngain over the better single modality, by noise:")
print(gain.to_string())
