"""Image CNN and text LSTM, concatenated and classified: from pictures and posts to test accuracy."""

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.model_selection import StratifiedKFold, cross_val_predict, train_test_split
from sklearn.pipeline import make_pipeline
from torch import nn

from skmm import MultimodalFusion
from skmm.datasets import make_sentiment
from skmm.image import PixelExtractor
from skmm.nn import DeepFusionClassifier
from skmm.text import TokenSequenceVectorizer


def make_convolution():
    """A module starts from the weights it comes with, which no ``random_state`` draws."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return nn.Sequential(nn.Conv2d(3, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())


EXTRACTORS = {
    "image": PixelExtractor(size=None),
    "text": TokenSequenceVectorizer(max_length=100),
}
ENCODERS = {
    "image": make_convolution(),
    "text": ("tokens", {"body": "lstm", "bidirectional": False, "pool": "last"}),
}


def make_model(modalities=("image", "text"), **params):
    defaults = {
        "embed_dim": 32,
        "dropout": 0.0,
        "optimizer": "adam",
        "weight_decay": 0.0,
        "max_epochs": 10,
        "batch_size": 32,
        "early_stopping": True,
        "validation_fraction": 0.2,
        "random_state": 0,
    }
    return make_pipeline(
        MultimodalFusion([(name, EXTRACTORS[name]) for name in modalities], fusion=None),
        DeepFusionClassifier(
            fusion="concat",
            encoders={name: ENCODERS[name] for name in modalities},
            **(defaults | params),
        ),
    )


def test_the_network_is_the_one_described():
    X, y = make_sentiment(40, size=128, random_state=0)
    model = make_model(max_epochs=1).fit(X, y)
    image, text = model[-1].net_.module_.encoders
    assert image.module[0].weight.shape == (32, 3, 3, 3)
    assert image.linear.in_features == 32 * 63 * 63
    assert text.table.embedding_dim == 32
    assert text.steps.body.cells.hidden_size == 32
    head = [m for m in model[-1].net_.module_.head if isinstance(m, nn.Linear)]
    assert [(m.in_features, m.out_features) for m in head] == [(32, 64), (64, 5)]
    assert type(model[-1].net_.optimizer_) is torch.optim.Adam
    assert model[-1].cell_shapes_ == {"image": (3, 128, 128), "text": (100,)}
    assert model.predict_proba(X).shape == (40, 5)


@pytest.mark.slow
def test_sarcasm_is_understood_by_both_together_and_by_neither_alone():
    X, y = make_sentiment(2500, sarcasm=0.5, size=32, random_state=0)
    split = train_test_split(X, y, test_size=0.2, random_state=0, stratify=y)
    X_train, X_test, y_train, y_test = split
    scores = {
        modalities: make_model(modalities)
        .fit(X_train[list(modalities)], y_train)
        .score(X_test[list(modalities)], y_test)
        for modalities in [("image", "text"), ("image",), ("text",)]
    }
    together = scores.pop(("image", "text"))
    assert together > 0.75
    # Whoever reads one of them without error is right in four of five cases.
    assert max(scores.values()) < 0.8
    assert together > max(scores.values()) + 0.05


@pytest.mark.slow
def test_the_same_network_learns_the_polarity_of_emoji(real_data):
    if not (real_data / "emoji" / "emoji.csv").exists():
        pytest.skip("no emoji among the real data")
    table = pd.read_csv(real_data / "emoji" / "emoji.csv").dropna(subset=["polarity", "tags"])
    X = pd.DataFrame(
        {"image": [str(real_data / "emoji" / p) for p in table["image"]], "text": table["tags"]}
    )
    y = pd.cut(table["polarity"], [-6, -2.5, -0.5, 0.5, 2.5, 6], labels=False).to_numpy()
    model = make_model(max_epochs=20, early_stopping=False)
    model.set_params(multimodalfusion__image=PixelExtractor(size=(32, 32)))
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    chances = cross_val_predict(model, X, y, cv=folds, method="predict_proba")
    # Five folds of 118 emoji give .48 to .56 with a standard error of .08; the largest class is .32.
    assert np.corrcoef(chances @ np.arange(5), table["polarity"])[0, 1] > 0.3
    assert np.mean(chances.argmax(axis=1) == y) > np.bincount(y).max() / len(y)
