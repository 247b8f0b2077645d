"""
=================================================
What does it cost to promise each person privacy?
=================================================

Names are taken out of a table, and places out of photographs. Then a network is trained such that no
single sample shows in it, more and more strictly: we look at what that costs in accuracy, what an
eavesdropper still finds out, and whether fusing pays under such a promise.
"""

# %%
# Before anything is learned: names and places
# --------------------------------------------
# :func:`~skmm.privacy.hash_identifiers` makes pseudonyms under a secret key, the same one for the same
# person. :func:`~skmm.privacy.anonymize` does so in a frame, and copies files without what cameras write
# into them, under names that tell nothing.
import os
import secrets
import tempfile
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from PIL import Image
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

from skmm import DeepFusionClassifier, make_frame
from skmm.audio import MFCCExtractor
from skmm.datasets import make_keypad_digits
from skmm.privacy import DPSGD, PrivacyWarning, anonymize, hash_identifiers

GPS = 0x8825  # where in a file cameras write the place
key = secrets.token_bytes(32)
with tempfile.TemporaryDirectory() as folder:
    photo = Path(folder) / "anna_in_the_park.jpg"
    exif = Image.Exif()
    exif[GPS] = {1: "N", 2: (52.0, 31.0, 12.0)}
    Image.new("RGB", (64, 64), "green").save(photo, exif=exif)
    X = make_frame(person=["Anna"], image=[photo], text=["in the park"])
    clean = anonymize(
        X, files="image", folder=Path(folder) / "to share", identifiers="person", key=key
    )
    copy = Path(clean["image"].iloc[0])
    places = {path.name: bool(Image.open(path).getexif().get_ifd(GPS)) for path in (photo, copy)}
    print("says where it was taken:", places)
same = clean["person"].iloc[0] == hash_identifiers(["Anna"], key=key)[0]
print(f"the pseudonym of Anna is the same elsewhere: {same}")

# %%
# The data: two descriptions of each digit
# ----------------------------------------
# If the environment variable ``SKMM_DATA`` names a folder with the Multiple Features of R. Duin (UCI, CC
# BY 4.0) in ``mfeat``, two views of real handwriting are used: Fourier and Karhunen-Loeve coefficients.
# Otherwise scans of handwriting meet generated tones of telephones. All numbers are brought to about 1 by
# constants that were not learned from the samples: what is learned without noise is not private.
archive = Path(os.environ.get("SKMM_DATA", "")) / "mfeat" / "mfeat.npz"
if archive.exists():
    views = np.load(archive)
    X, y = make_frame(fourier=views["fou"], karhunen=views["kar"] / 17), views["y"]
    print("real data from SKMM_DATA: two views of handwriting")
else:
    raw, y = make_keypad_digits(1797, noise={"image": 4.0, "audio": 3.0}, random_state=0)
    pixels = raw["image"].array.tensor.reshape(len(raw), -1)
    cepstra = MFCCExtractor(sampling_rate=8000).fit_transform(raw["audio"])
    X = make_frame(image=pixels / 127.5 - 1, audio=np.clip(cepstra / 30, -1, 1))
    print("generated data: scans and tones of digits")
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.4, random_state=0, stratify=y)
print(f"{len(X_train)} samples to learn from")

# %%
# The stricter, the less accurate
# -------------------------------
# :class:`~skmm.privacy.DPSGD` cuts the gradient of each sample and adds noise to their sum. With one
# sample more or less any model is at most ``exp(epsilon)`` times as probable, but for a probability
# ``delta``. The attack is the simplest there is: who has a sample and its label bets that it was learned
# from if the model is sure of it. 0.5 is what guessing gets, in terms of the area under the curve. A
# ``random_state`` makes the noise known to who knows it, which a warning says; we turn it off here, for
# this page only.
warnings.simplefilter("ignore", PrivacyWarning)


def train(modalities, epsilon):
    return DeepFusionClassifier(
        fusion="concat",
        privacy=None if epsilon is None else DPSGD(epsilon),
        embed_dim=16,
        hidden_dims=(),
        dropout=0.0,
        weight_decay=0.0,
        batch_size=250,
        max_epochs=20,
        lr=5e-3,
        random_state=0,
    ).fit(X_train[modalities], y_train)


def attack(model):
    sure = [
        model.predict_proba(part[list(model.feature_names_in_)])[np.arange(len(target)), target]
        for part, target in ((X_train, y_train), (X_test, y_test))
    ]
    member = np.repeat([1, 0], [len(X_train), len(X_test)])
    return roc_auc_score(member, np.concatenate(sure))


EPSILONS = {"1": 1.0, "3": 3.0, "10": 10.0, "no promise": None}
accuracy, found_out = pd.DataFrame(), pd.DataFrame()
for name, modalities in {**{name: [name] for name in X}, "both": list(X)}.items():
    for label, epsilon in EPSILONS.items():
        model = train(modalities, epsilon)
        accuracy.loc[name, label] = model.score(X_test[modalities], y_test)
        found_out.loc[name, label] = attack(model)
        if name == "both" and epsilon is not None:
            print(f"epsilon spent: {model.epsilon_:.3f} of {epsilon}, delta {model.delta_:.1e}")
print("\ntest accuracy, by epsilon")
print(accuracy.round(3).to_string())
print("\nattack, by epsilon")
print(found_out.round(3).to_string())

# %%
figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
for ax, table in zip(axes, (accuracy, found_out), strict=True):
    for name, scores in table.iterrows():
        ax.plot(scores.index, scores, "o-" if name == "both" else "s:", label=name)
axes[0].set(xlabel="epsilon", ylabel="accuracy", title="what the model is good for", ylim=(0, 1))
axes[0].legend(loc="lower right")
axes[1].axhline(0.5, linestyle=":", color="gray", label="guessing")
axes[1].set(xlabel="epsilon", ylabel="area under the curve", title="who was learned from?")
axes[1].set_ylim(0.45, 0.65)
axes[1].legend()
plt.show()

# %%
# What it means, and what does not help
# -------------------------------------
# Without a promise the attack works best where a model knows its samples much better than others. An
# epsilon of 10 costs little accuracy and already blunts it; one of 1 costs much with a thousand samples.
# The noise has the size of one sample, so what helps is more of them. A second modality helps where the
# promise is not too strict, and it costs: more weights take more noise, so that at a small epsilon both
# together may be worse than one. What does not help is to read the attack as the proof: a better one may
# find more, and only epsilon bounds all of them. Nor does noise make up for names that are left in the
# data.
#
# Your own data
# -------------
# A frame of numbers, pictures or tokens takes the place of X. Scale by constants that you know, leave
# ``random_state`` out, so that nobody can compute the noise, and do not tune on the private samples.
# Where the data may not leave their place at all, see
# :ref:`sphx_glr_auto_examples_building_blocks_plot_09_parties_that_share_probabilities.py`.
