"""
==========================================
Does a picture help to hear a noisy word?
==========================================

Single digits first, in louder and louder noise; then whole strings of digits, by a small recognizer that is
told what was said, but not when. A screen shows each digit in bad handwriting while it is spoken.
"""

# %%
# The data: spoken digits, or tones where there are none
# ------------------------------------------------------
# If the environment variable ``SKMM_DATA`` names a folder that holds the Free Spoken Digit Dataset of Z.
# Jackson and others (CC BY-SA 4.0) in ``spoken_digits``, its recordings are used, and the speakers of the
# test folds are never heard in training. Otherwise a digit sounds as the tone of its telephone key. The
# handwriting is that of scikit-learn.
import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import soundfile
import torch
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skorch import NeuralNet
from torch import nn

from skmm import (
    DeepFusionClassifier,
    LateFusionClassifier,
    MultimodalFusion,
    compare_fusions,
    make_frame,
)
from skmm.audio import MFCCExtractor
from skmm.datasets import make_keypad_digits
from skmm.nn import SequenceEncoder

RATE = 8000  # hertz
rng = np.random.default_rng(0)


def read_recordings(folder, n_takes=10):
    paths = [p for p in sorted(folder.glob("*.wav")) if int(p.stem.split("_")[2]) < n_takes]
    labels = [path.stem.split("_") for path in paths]
    clips = [soundfile.read(path, dtype="float32")[0] for path in paths]
    return clips, np.array([int(digit) for digit, *_ in labels]), [who for _, who, _ in labels]


def make_tones(n_samples=600):
    X, digits = make_keypad_digits(n_samples, noise=0, random_state=0)
    return list(X["audio"].array.tensor), digits, np.arange(n_samples) % 6


recordings = Path(os.environ.get("SKMM_DATA", "")) / "spoken_digits"
is_real = any(recordings.glob("*.wav"))
clips, y, speakers = read_recordings(recordings) if is_real else make_tones()
# Decibels of signal to noise, and those of the strings. Tones are heard in noise that drowns words.
LEVELS, STRING_LEVEL = ((20, 5, -5, -15), 5) if is_real else ((-10, -14, -18, -22), -12)
what = "recordings of the Free Spoken Digit Dataset" if is_real else "tones of telephone keys"
print(f"{len(y)} {'real' if is_real else 'generated'} {what}")

images, written = load_digits(return_X_y=True)
handwriting = {digit: images[written == digit] / 16 for digit in range(10)}


def write(digit):
    """A bad scan of a digit."""
    scan = handwriting[digit][rng.integers(len(handwriting[digit]))]
    return scan + rng.normal(scale=0.45, size=64)


def add_noise(clip, decibels):
    """White noise at a ratio of signal to noise."""
    scale = np.sqrt(np.mean(clip**2)) * 10 ** (-decibels / 20)
    return (clip + rng.normal(scale=scale, size=len(clip))).astype(np.float32)


# %%
# Single words: accuracy against the ratio of signal to noise
# -----------------------------------------------------------
# Features that learn nothing from other samples are made once, outside of cross-validation.
mfcc = MFCCExtractor(sampling_rate=RATE, n_fft=512, hop_length=128)
scans = np.stack([write(digit) for digit in y])
blocks = [("image", "passthrough"), ("audio", "passthrough")]


def linear():
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))


models = {
    "early": make_pipeline(MultimodalFusion(blocks), LogisticRegression(max_iter=1000)),
    "late, product": LateFusionClassifier([(name, linear()) for name, _ in blocks], rule="product"),
    "late, stacking": LateFusionClassifier([(name, linear()) for name, _ in blocks]),
    "deep": make_pipeline(
        MultimodalFusion(blocks, fusion=None), DeepFusionClassifier(max_epochs=30, random_state=0)
    ),
}
columns = ["kind", "mean_score", "std_score", "difference", "p_value"]
curves = {}
for decibels in LEVELS:
    noisy = np.empty(len(clips), dtype=object)
    noisy[:] = [add_noise(clip, decibels) for clip in clips]
    X = make_frame(image=scans, audio=mfcc.fit_transform(noisy))
    comparison = compare_fusions(models, X, y, cv=GroupKFold(3), groups=speakers)
    curves[decibels] = comparison.table["mean_score"]
    print(f"\nsignal to noise: {decibels} dB")
    print(comparison.table[columns].round(3).to_string())

# %%
curves = pd.DataFrame(curves)
styles = {"image": ("0.55", "s:"), "audio": ("0.25", "s:")}
figure, ax = plt.subplots(figsize=(6.4, 4), layout="constrained")
for name, scores in curves.iterrows():
    color, style = styles.get(name, (None, "o-"))
    ax.plot(scores.index, scores, style, color=color, label=name)
ax.set(xlabel="signal to noise in dB", ylabel="accuracy", xticks=curves.columns, title=what)
ax.invert_xaxis()
ax.legend()

# %%
# Strings of digits
# -----------------
# Three to five digits follow each other. Each step of the cepstra comes with what is on the screen at
# that time: the same bad scan as long as a digit is spoken.
N_STEPS, LONGEST = 96, 5
HOP = 256
sequences = MFCCExtractor(sampling_rate=RATE, n_fft=512, hop_length=HOP, pool=None)


def say(indices, decibels):
    """One string: cepstra, screens and digits."""
    spoken = [clips[index][: N_STEPS * HOP // LONGEST - HOP] for index in indices]
    cepstra = sequences.fit_transform([add_noise(np.concatenate(spoken), decibels)])[0]
    ends = np.cumsum([len(clip) for clip in spoken]) / HOP
    on_screen = np.searchsorted(ends, np.arange(len(cepstra)), side="right").clip(max=len(ends) - 1)
    screens = np.stack([write(y[index]) for index in indices])[on_screen]
    return cepstra, screens, y[indices]


def pad(rows, length):
    padded = np.full((len(rows), length, rows[0].shape[1]), np.nan, dtype=np.float32)
    for row, values in zip(padded, rows, strict=True):
        row[: len(values)] = values
    return padded


def make_strings(rows, n_strings, decibels=STRING_LEVEL):
    lengths = rng.integers(3, LONGEST + 1, size=n_strings)
    drawn = [say(rng.choice(rows, size=length), decibels) for length in lengths]
    cepstra, screens, digits = zip(*drawn, strict=True)
    said = np.full((n_strings, LONGEST), -1)
    for row, string in zip(said, digits, strict=True):
        row[: len(string)] = string
    return {"audio": pad(cepstra, N_STEPS), "image": pad(screens, N_STEPS)}, said


speakers = np.asarray(speakers)
held_out = np.isin(speakers, np.unique(speakers)[:2])
train, y_train = make_strings(np.flatnonzero(~held_out), 500)
test, y_test = make_strings(np.flatnonzero(held_out), 150)
for name in train:  # cepstra are hundreds
    center, scale = np.nanmean(train[name], axis=(0, 1)), np.nanstd(train[name], axis=(0, 1))
    train[name], test[name] = ((X[name] - center) / scale for X in (train, test))

# %%
# A recognizer with our encoders
# ------------------------------
# :class:`~skmm.nn.SequenceEncoder` has a method ``tokens`` that embeds each step. What the modalities say
# of a step lies side by side before a linear map to ten digits and a blank. The loss of connectionist
# temporal classification (A. Graves et al., ICML 2006) sums over all alignments of a string with the
# steps, so that nobody has to say when a digit begins.
BLANK = 10


class Recognizer(nn.Module):
    """Log-probabilities of digits and blank at each step, and how many steps there are."""

    def __init__(self, widths, embed_dim=64):
        super().__init__()
        self.encoders = nn.ModuleDict(
            {name: SequenceEncoder(width, embed_dim, body="gru") for name, width in widths.items()}
        )
        self.head = nn.Linear(embed_dim * len(widths), BLANK + 1)

    def forward(self, **X):
        tokens, valid = zip(
            *(encoder.tokens(X[name]) for name, encoder in self.encoders.items()), strict=True
        )
        scores = self.head(torch.cat(tokens, dim=2))
        return scores.log_softmax(dim=2), valid[0].sum(dim=1)


class ConnectionistTemporalClassification(nn.Module):
    def forward(self, output, said):
        log_probabilities, n_steps = output
        n_said = (said >= 0).sum(dim=1)
        return nn.functional.ctc_loss(
            log_probabilities.transpose(0, 1), said[said >= 0], n_steps, n_said, blank=BLANK
        )


def read_out(net, X):
    """The best digit of each step, repetitions and blanks left out."""
    strings = []
    for log_probabilities, n_steps in net.forward_iter(X):
        for best, length in zip(log_probabilities.argmax(dim=2), n_steps, strict=True):
            steps = torch.unique_consecutive(best[:length])
            strings.append(steps[steps != BLANK].tolist())
    return strings


def count_errors(said, heard):
    """Edit distance: digits that are replaced, left out, or added."""
    row = np.arange(len(heard) + 1)
    for number, digit in enumerate(said, start=1):
        before, row = row, np.full(len(row), number)
        for k, other in enumerate(heard):
            row[k + 1] = min(before[k] + (digit != other), before[k + 1] + 1, row[k] + 1)
    return row[-1]


# %%
# Word error rate: errors per digit that was said.
rates, heard = {}, {}
for modalities in (["audio"], ["image"], ["audio", "image"]):
    torch.manual_seed(0)
    net = NeuralNet(
        Recognizer,
        module__widths={name: train[name].shape[2] for name in modalities},
        criterion=ConnectionistTemporalClassification,
        optimizer=torch.optim.Adam,
        lr=4e-3,
        max_epochs=20,
        batch_size=32,
        iterator_train__shuffle=True,
        train_split=None,
        verbose=0,
    )
    net.fit({name: train[name] for name in modalities}, y_train)
    name = " + ".join(modalities)
    heard[name] = read_out(net, {name: test[name] for name in modalities})
    errors = [count_errors(row[row >= 0], h) for row, h in zip(y_test, heard[name], strict=True)]
    rates[name] = sum(errors) / np.sum(y_test >= 0)
    print(f"word error rate, {name:14} {rates[name]:.3f}", flush=True)

# %%
figure, axes = plt.subplots(3, 1, figsize=(7, 5), layout="constrained", sharex=True)
length = int((~np.isnan(test["audio"][0, :, 0])).sum())
axes[0].imshow(test["audio"][0, :length].T, aspect="auto", origin="lower")
axes[0].set(ylabel="cepstrum", title=f"said: {' '.join(map(str, y_test[0][y_test[0] >= 0]))}")
axes[1].imshow(test["image"][0, :length].T, aspect="auto", cmap="gray")
axes[1].set_ylabel("pixel on screen")
with torch.no_grad():
    probabilities = net.forward({name: test[name][:1] for name in modalities})[0][0].exp()
for digit in range(10):
    axes[2].plot(probabilities[:length, digit], label=digit)
axes[2].set(
    xlabel="step", ylabel="probability", title=f"heard: {' '.join(map(str, heard[name][0]))}"
)
figure.legend(*axes[2].get_legend_handles_labels(), loc="outside right", title="digit")
plt.show()

# %%
# What it means, and what does not help
# -------------------------------------
# Strings gain most: the screen also tells where one digit ends and the next begins, which noise hides. Of
# single words, cepstra and pixels side by side before a linear model are hard to beat. Stacking learns
# from speakers whom its members have not heard and is careful; a network of this size learns from a few
# hundred words what a tone is, but hardly what a voice is that it has not heard. In the loudest noise
# nothing helps: then the picture alone is as good as any fusion.
#
# Your own data
# -------------
# ``table = pd.read_csv("words.csv")``, ``X = make_frame(image=[folder / name for name in
# table["picture"]], audio=[folder / name for name in table["clip"]])`` and extractors in place of
# ``"passthrough"`` compare fusions of single words; ``groups=table["speaker"]`` holds speakers out. For
# strings, clips are a list of arrays at one sampling rate, and what was said is rows of numbers, -1 where
# a string is over.
