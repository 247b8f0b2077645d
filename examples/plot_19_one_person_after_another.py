"""
=======================================
Can a model get used to one person?
=======================================

A model of many people meets one who does things differently, and learns from a few samples at a time, without
starting again: ``partial_fit`` of a deep fusion, and a small model on top of a frozen one.
"""

# %%
# People who move and speak in their own way
# ------------------------------------------
# Four gestures are seen by a wrist sensor and come with a sound. Everybody makes them alike, up to a change
# of one's own: a matrix that turns the readings a little. The person we care about turns them a lot.
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from skmm import DeepFusionClassifier, make_frame

rng = np.random.default_rng(0)
gestures = {"motion": rng.normal(size=(4, 12)), "sound": rng.normal(size=(4, 8))}


def make_person(strangeness, n_samples):
    y = rng.integers(0, 4, n_samples)
    X = {}
    for name, centers in gestures.items():
        width = centers.shape[1]
        own_way = np.eye(width) + strangeness * rng.normal(size=(width, width)) / np.sqrt(width)
        X[name] = centers[y] @ own_way + rng.normal(scale=1.2, size=(n_samples, width))
    return make_frame(**X), y


crowd = [make_person(0.3, 60) for _ in range(20)]
X_crowd, y_crowd = pd.concat([X for X, _ in crowd], ignore_index=True), np.concatenate([y for _, y in crowd])
people = [make_person(1.5, 300) for _ in range(5)]
