"""
==============================================
What is known before all modalities are there?
==============================================

A stream does not wait: a sound is heard bit by bit, and the picture comes later. A deep fusion that met
gaps in training answers at every moment by what has arrived, and changes its mind when more does.
"""

# %%
# Digits that are heard and seen
# ------------------------------
# The tone of a telephone key lasts 0.2 seconds, amid noise. The picture of the digit is there after 0.3.
from time import perf_counter

import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from skmm import DeepFusionClassifier, MultimodalFusion
from skmm.audio import STFTExtractor
from skmm.datasets import make_keypad_digits
from skmm.image import PixelExtractor
from skmm.realtime import compile_predictor

SAMPLING_RATE = 8000  # hertz
X, y = make_keypad_digits(1000, noise={"audio": 7.0, "image": 4.0}, random_state=0)
X_train, X_test, y_train, y_test = train_test_split(
    X[["audio", "image"]], y, test_size=150, random_state=0, stratify=y
)

# %%
# Two deep fusions, one of which has met gaps
# -------------------------------------------
# With ``modality_dropout`` modalities are hidden at random in training, so that the net learns to do with
# what is there. Bands of frequencies are averaged over time, so that a sound may be of any length.
features = [
    ("audio", STFTExtractor(n_bands=64, sampling_rate=SAMPLING_RATE, n_fft=512, hop_length=128)),
    ("image", PixelExtractor(size=(8, 8), color="gray")),
]
predictors = {}
for name, dropout in {"no gaps in training": 0.0, "modality dropout": 0.4}.items():
    net = DeepFusionClassifier(modality_dropout=dropout, max_epochs=30, random_state=0)
    model = make_pipeline(MultimodalFusion(features, fusion=None, missing="nan"), net)
    predictors[name] = compile_predictor(model.fit(X_train, y_train))

# %%
# What has arrived at each moment
# -------------------------------
# What is not there yet is None, a missing modality.
moments = [0.0, 0.07, 0.1, 0.15, 0.2, 0.3]  # seconds


def arrived(row, moment):
    """The sample as it is known at a moment."""
    heard = int(moment * SAMPLING_RATE)
    return {
        "audio": X_test["audio"].array.tensor[row, :heard] if heard else None,
        "image": X_test["image"].array.tensor[row] if moment >= 0.3 else None,
    }


codes = np.searchsorted(np.unique(y), y_test)
probabilities, latencies = {}, []
for name, predictor in predictors.items():
    rows = []
    for row in range(len(X_test)):
        for moment in moments:
            sample = arrived(row, moment)
            start = perf_counter()
            rows.append(predictor.predict_proba(sample)[0])
            latencies.append(perf_counter() - start)
    probabilities[name] = np.reshape(rows, (len(X_test), len(moments), -1))
print(f"a prediction takes {1e3 * np.median(latencies):.1f} ms\n")

# %%
# Accuracy over time
# ------------------
print(f"{'seconds':20}" + "".join(f"{moment:8.2f}" for moment in moments))
accuracy = {}
for name, values in probabilities.items():
    accuracy[name] = (values.argmax(axis=2) == codes[:, np.newaxis]).mean(axis=0)
    print(f"{name:20}" + "".join(f"{score:8.3f}" for score in accuracy[name]))

# %%
# Certainty over time, and error by what is there
# -----------------------------------------------
# The picture alone is what remains if there is no sound.
pictures = [{"audio": None, "image": picture} for picture in X_test["image"].array.tensor]
right = [predictors["modality dropout"].predict(sample)[0] for sample in pictures] == y_test
heard, both = accuracy["modality dropout"][[-2, -1]]
errors = {
    "nothing": 1 - accuracy["modality dropout"][0],
    "sound": 1 - heard,
    "picture": 1 - right.mean(),
    "both": 1 - both,
}
print("\n" + "\n".join(f"error, {name:8} {error:.3f}" for name, error in errors.items()))

figure, (left, right_axes) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
times = [*moments, 0.4]  # nothing comes after the last moment
for name, values in probabilities.items():
    of_the_right_class = np.take_along_axis(values, codes[:, None, None], axis=2)[..., 0]
    low, middle, high = np.percentile(of_the_right_class, [25, 50, 75], axis=0)[:, [*range(6), -1]]
    (line,) = left.step(times, middle, where="post", label=name)
    left.fill_between(times, low, high, step="post", color=line.get_color(), alpha=0.2, linewidth=0)
for label, start, end in (("sound", 0.0, 0.2), ("picture", 0.3, 0.4)):
    left.axvspan(start, end, ymin=0.94, color="lightgray", linewidth=0)
    left.text((start + end) / 2, 1.05, label, ha="center", va="center")
left.set(xlabel="seconds", ylabel="probability of the right class", ylim=(0, 1.1), xlim=(0, 0.4))
left.set_title("median and quartiles of 150 digits")
left.legend(loc="upper left", bbox_to_anchor=(0, 0.93))
bars = right_axes.bar(list(errors), list(errors.values()), color="tab:orange")
right_axes.bar_label(bars, fmt="%.2f")
right_axes.set(ylabel="share of wrong predictions", ylim=(0, 1))
right_axes.set_title("error by what has arrived, with modality dropout")

plt.show()

# %%
# Amid this noise half of the tone tells little, and the whole one tells the digit in not quite half of all
# cases. When the picture arrives, nine in ten are right, more than by the picture alone: the sound still
# counts. The net that never met a gap in training takes silence for a sound like any other, and knows much
# less until everything is there; then the two are equally good.
