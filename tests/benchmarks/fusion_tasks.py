"""Classification tasks with several modalities, real and generated, for benchmarks of fusions.

The real ones are read from the folder that ``SKMM_DATA`` names, and are left out where there is none.
"""

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.model_selection import GroupKFold, RepeatedStratifiedKFold

from skmm import make_frame
from skmm.audio import MFCCExtractor
from skmm.image import CNNExtractor, HOGExtractor
from skmm.text import BagOfWordsVectorizer

DATA = Path(os.environ.get("SKMM_DATA", "")) if os.environ.get("SKMM_DATA") else None
N_REPEATS = 2


class Task(NamedTuple):
    """Blocks or texts by modality, the classes, and the folds of the comparison."""

    X: pd.DataFrame
    y: np.ndarray
    folds: list  # of (train, test)
    groups: np.ndarray | None = None
    vectorizers: dict = {}  # of modalities that are texts


def tasks():
    """Yield name and task."""
    if DATA is not None:
        yield from real_tasks()
    for n_weak, n_columns, signal in ((1, 1000, 0), (3, 1000, 0), (5, 200, 0), (2, 1000, 0.02)):
        kind = "noise" if signal == 0 else "weak"
        yield (
            f"strong + {n_weak} {kind} of {n_columns}",
            make_uneven_task(n_weak, n_columns, signal),
        )


def real_tasks():
    yield "emoji, HOG + tags", emoji_task(HOGExtractor(size=(32, 32)), "tags", {})
    yield (
        "emoji, CNN + name",
        emoji_task(
            CNNExtractor("efficientnet_lite0", size=(128, 128), batch_size=32),
            "name",
            {"analyzer": "char_wb", "ngram_range": (2, 4)},
        ),
    )
    yield "mfeat, six views", mfeat_task(["fac", "fou", "kar", "mor", "pix", "zer"])
    yield "mfeat, weak views", mfeat_task(["fou", "mor", "zer"])
    for noise in (4, 6, 10):
        yield f"audio-visual digits, noise {noise}", audio_visual_task(noise)


def strata(y, n_repeats=N_REPEATS):
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=n_repeats, random_state=0)
    return list(folds.split(np.zeros(len(y)), y))


def emoji_task(extractor, text, options):
    table = pd.read_csv(DATA / "emoji" / "emoji.csv")
    table = table[table["group"] != "flags"].dropna(subset=[text]).reset_index(drop=True)
    paths = [str(DATA / "emoji" / path) for path in table["image"]]
    X = make_frame(image=extractor.fit_transform(paths), text=table[text].to_numpy(dtype=object))
    y = table["group"].to_numpy(dtype=str)
    folds = strata(y, n_repeats=1)  # large: a forest on texts takes long
    return Task(X, y, folds, vectorizers={"text": BagOfWordsVectorizer(**options)})


def mfeat_task(views):
    data = np.load(DATA / "mfeat" / "mfeat.npz")
    y = data["y"]
    return Task(make_frame(**{view: data[view].astype(float) for view in views}), y, strata(y))


def audio_visual_task(noise):
    """Noisy handwritten digits and spoken ones; two of six speakers are held out."""
    table = pd.DataFrame(
        [
            (str(path), *path.stem.split("_"))
            for path in sorted((DATA / "spoken_digits").glob("*.wav"))
        ],
        columns=["path", "digit", "speaker", "take"],
    )
    table = table.groupby(["digit", "speaker"]).head(29).reset_index(drop=True)
    y = table["digit"].astype(int).to_numpy()
    rng = np.random.default_rng(0)
    pictures, digits = load_digits(return_X_y=True)
    image = np.empty((len(y), 64))
    for digit in range(10):
        rows, found = np.flatnonzero(y == digit), np.flatnonzero(digits == digit)
        image[rows] = pictures[rng.permutation(found)[: len(rows)]]
    image += rng.normal(scale=noise, size=image.shape)
    audio = MFCCExtractor(sampling_rate=8000, n_fft=512, hop_length=128).fit_transform(
        table["path"]
    )
    speakers = table["speaker"].to_numpy(dtype=str)
    folds = [
        fold
        for seed in range(N_REPEATS)
        for fold in GroupKFold(3, shuffle=True, random_state=seed).split(y, y, speakers)
    ]
    return Task(make_frame(image=image, audio=audio), y, folds, speakers)


def make_uneven_task(n_weak, n_columns, signal, n_samples=600):
    """One modality that tells three classes apart, and others that hardly do, or not at all."""
    rng = np.random.default_rng(0)
    y = np.arange(n_samples) % 3
    centers = rng.normal(size=(3, 20))
    blocks = {"strong": centers[y] * 0.55 + rng.normal(size=(n_samples, 20))}
    for number in range(n_weak):
        centers = rng.normal(size=(3, n_columns))
        blocks[f"weak{number}"] = signal * centers[y] + rng.normal(size=(n_samples, n_columns))
    return Task(make_frame(**blocks), y, strata(y))
