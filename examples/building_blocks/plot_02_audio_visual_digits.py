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
# part of skmm: get `them <https://github.com/Jakobovski/free-spoken-digit-dataset>`__, put the folder
# ``recordings`` into a folder ``spoken_digits``, and name the folder above it in the environment variable
# SKMM_DATA. Without them six telephones dial the digits, each a little out of tune, and all of it is made
# up. Every picture is used once.
import os
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
from skmm.datasets import make_keypad_digits
from skmm.inspection import SampleGridDisplay


def read_recordings(paths):
    """A picture for each clip, of the same digit; the name of a file says digit and speaker."""
    clips = pd.DataFrame(
        [(str(path), *path.stem.split("_")) for path in paths],
        columns=["path", "digit", "speaker", "take"],
    )
    clips = clips.groupby(["digit", "speaker"]).head(29)
    images, digits = load_digits(return_X_y=True)
    partners = {digit: iter(np.flatnonzero(digits == digit)) for digit in range(10)}
    pictures = images[[next(partners[int(digit)]) for digit in clips["digit"]]]
    columns = clips["path"], clips["digit"].astype(int), clips["speaker"]
    return pictures, *(column.to_numpy() for column in columns)


def dial_on_telephones():
    """A picture for each tone; the six telephones differ in speed, and so in pitch."""
    X, y = make_keypad_digits(1740, noise={"image": 0, "audio": 3}, random_state=0)
    telephones, frames = np.arange(len(y)) % 6, np.arange(1600)
    clips = [
        np.interp(frames * (1 - 0.02 * telephone), frames, clip)
        for telephone, clip in zip(telephones, X["audio"], strict=True)
    ]
    return X["image"].array.tensor.reshape(-1, 64) * (16 / 255), clips, y, telephones


recordings = sorted(Path(os.environ.get("SKMM_DATA", ""), "spoken_digits").rglob("*.wav"))
if recordings:
    pictures, clips, y, speakers = read_recordings(recordings)
    print("sounds: recordings of people, from the Free Spoken Digit Dataset")
else:
    pictures, clips, y, speakers = dial_on_telephones()
    print("sounds: made-up tones of telephones, for SKMM_DATA names no folder with spoken_digits")
print(f"{len(y)} pairs of a picture and a sound, {len(set(speakers))} speakers")

# %%
# Four of the pairs, with as much noise in the picture as there will be at last.
rng = np.random.default_rng(0)
some = rng.choice(len(y), 4, replace=False)
scans = pictures[some] + rng.normal(scale=10, size=(4, 64))
shown = make_frame(image=scans.reshape(-1, 8, 8, 1), audio=[clips[i] for i in some])
SampleGridDisplay.from_predictions(shown, y=y[some])

# %%
# Features that learn nothing from other samples can be made once, outside of cross-validation: here the
# cepstra of the sounds. What learns (scalers, classifiers, nets) stays inside.
cepstra = MFCCExtractor(sampling_rate=8000, n_jobs=2).fit_transform(clips)


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
# What it means
# -------------
# Where the lines of the fusions are above both dotted ones, fusing pays.
curves = pd.DataFrame(curves)
styles = {"image": ("0.55", "s:"), "audio": ("0.25", "s:")}
_, ax = plt.subplots(figsize=(6.4, 4), layout="constrained")
for name, scores in curves.iterrows():
    color, style = styles.get(name, (None, "o-"))
    ax.plot(scores.index, scores, style, color=color, label=name)
ax.set(
    xlabel="noise in the picture (standard deviation, in gray levels of 0 to 16)",
    ylabel="accuracy on speakers held out",
    xticks=curves.columns,
)
ax.legend(ncols=2)
# sphinx_gallery_thumbnail_number = 2

singles = curves.loc[["image", "audio"]].max()
gain = (curves.drop(index=["image", "audio"]) - singles).round(3)
print("gain over the better single modality, by noise:")
print(gain.to_string())
plt.show()

# %%
# The noisier the picture, the more a fusion gains on the better single modality, although the sounds alone
# are right in little more than half of all cases. Of recordings of people the product of two simple models
# gains most; of made-up tones it is the network.
