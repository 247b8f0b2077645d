"""
===================================
Can a model get used to one person?
===================================

A model of many people meets somebody who does things differently. A few samples of that person are
enough to correct it, in two ways: the network is trained further, or a small model learns from what the
network makes of the samples.
"""

# %%
# Many people with telephones, and one with a calculator
# ------------------------------------------------------
# Digits are written and keyed in. On a telephone 1, 2, 3 are the upper row, on a calculator they are the
# lower one: somebody who is used to it hits 7, 8, 9 instead, and hears their tones.
from copy import deepcopy

import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.pipeline import make_pipeline

from skmm import DeepFusionClassifier, MultimodalFusion, make_frame
from skmm.audio import STFTExtractor
from skmm.datasets import make_keypad_digits

samples, y = make_keypad_digits(1797, noise={"image": 6.0, "audio": 3.0}, random_state=0)
tones = STFTExtractor(32, sampling_rate=8000, n_fft=512, hop_length=128)
blocks = [("image", "passthrough"), ("audio", tones)]
X = MultimodalFusion(blocks, fusion=None).fit_transform(samples)
X_crowd, y_crowd, X_test, y_test = X[:800], y[:800], X[800:1000], y[800:1000]

X_person, y_person = X[1000:], y[1000:]
HIT = np.array([0, 7, 8, 9, 4, 5, 6, 1, 2, 3])
rng = np.random.default_rng(0)
heard = [rng.choice(np.flatnonzero(y_person == HIT[digit])) for digit in y_person]
X_person = make_frame(image=X_person["image"], audio=X_person["audio"].array.tensor[heard])
X_own, y_own, X_later, y_later = X_person[:200], y_person[:200], X_person[200:], y_person[200:]

# %%
# The model of the crowd
# ----------------------
crowd = DeepFusionClassifier(encoders={"image": "vector"}, max_epochs=20, lr=0.003, random_state=0)
crowd.fit(X_crowd, y_crowd)
print(f"accuracy, crowd         {crowd.score(X_test, y_test):.3f}")
print(f"accuracy, the person    {crowd.score(X_later, y_later):.3f}")

# %%
# Twenty samples of one's own at a time
# -------------------------------------
# ``partial_fit`` of the network trains all of it for one epoch, here three for each step. ``embed`` gives
# what the network predicts from; a linear model that has a ``partial_fit`` learns from that, first what
# the crowd means, then what the person does. Learning from the person alone is what to beat. Each way
# gets the samples so far, and is run with two people who differ in their first hundred samples.
STEPS = [0, 20, 40, 60, 80, 100]
curves = {"network, trained further": [], "linear model on the network": [], "person alone": []}
for person in range(2):
    network = deepcopy(crowd).set_params(lr=0.01)
    linear = SGDClassifier(loss="log_loss", alpha=1e-3, random_state=0)
    for _ in range(3):
        linear.partial_fit(crowd.embed(X_crowd), y_crowd, classes=crowd.classes_)
    passed = [(modality, "passthrough") for modality in X]
    alone = make_pipeline(MultimodalFusion(passed), LogisticRegression(C=0.1, max_iter=500))
    scores = {name: [] for name in curves}
    for n_samples in STEPS:
        rows = slice(100 * person, 100 * person + n_samples)
        for _ in range(3 if n_samples else 0):
            network.partial_fit(X_own[rows], y_own[rows])
            linear.partial_fit(crowd.embed(X_own[rows]), y_own[rows])
        scores["network, trained further"].append(network.score(X_later, y_later))
        scores["linear model on the network"].append(linear.score(crowd.embed(X_later), y_later))
        if n_samples:
            alone.fit(X_own[rows], y_own[rows])
        scores["person alone"].append(alone.score(X_later, y_later) if n_samples else np.nan)
    for name, values in scores.items():
        curves[name].append(values)

means = {name: np.mean(values, axis=0) for name, values in curves.items()}
for name, values in means.items():
    print(f"{name:29}" + " ".join(f"{value:.3f}" for value in values))
print(f"crowd, after the network was trained further: {network.score(X_test, y_test):.3f}")

_, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for name, values in means.items():
    ax.plot(STEPS, values, marker="o", label=name)
ax.axhline(crowd.score(X_later, y_later), color="black", linestyle="--", label="model of the crowd")
ax.set(xlabel="samples of the person", ylabel="accuracy on later samples", ylim=(0, 1))
ax.legend(loc="lower right")
plt.show()

# %%
# The network has learned to see and to hear; the person only means something else by it. To relearn that
# takes the linear model some forty samples, a fraction of what learning alone takes, and costs a few
# numbers per person; the network itself stays as it was, for all others. To train the network further is
# slower here, and it forgets some of the crowd. It is the way to go where the samples themselves are
# different, as with a new camera. Late fusions have no ``partial_fit``: fit them again, or make the
# blocks first and learn from these as here.
