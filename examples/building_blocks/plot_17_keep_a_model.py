"""
===============================================
What is in a model file, and can it be trusted?
===============================================

A model is kept in a file, described by a card and loaded by a process that knows nothing of it. Then
somebody sends a file that is no model, and it is refused before anything in it is run.
"""

# %%
# A model to keep
# ---------------
import pickle
import subprocess
import sys
import tempfile
import textwrap
import zipfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

import skmm
from skmm import MultimodalFusion
from skmm.audio import STFTExtractor
from skmm.datasets import make_keypad_digits
from skmm.image import HOGExtractor

X, y = make_keypad_digits(300, random_state=0)
X = X[["image", "audio"]]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)
features = [
    ("image", HOGExtractor(size=(16, 16), pixels_per_cell=(4, 4))),
    ("audio", STFTExtractor(16, sampling_rate=8000, n_fft=512, hop_length=128)),
]
model = make_pipeline(MultimodalFusion(features), LogisticRegression(max_iter=1000))
model.fit(X_train, y_train)

# %%
# Keep it, with a card
# --------------------
# The card says what the model takes and gives, what it was fitted on, and with which versions. How good
# it is and what it is for, only you know.
folder = tempfile.TemporaryDirectory()
path = Path(folder.name) / "digits.skmm"
skmm.dump(model, path)
accuracy = model.score(X_test, y_test)
card = skmm.model_card(
    model,
    X=X_train,
    y=y_train,
    metrics={"accuracy on 75 held-out digits": round(accuracy, 3)},
    description="Reads digits that are written and dialed. Not for other keypads.",
)
card.save(Path(folder.name) / "digits.md")
print(*card.sections, sep=", ", end="\n\n")
for title in ("Modalities", "How good it is"):
    print(f"{title}\n{card.sections[title]}\n")

# %%
# Look into it
# ------------
# The file is a zip archive of plain values and arrays, with a checksum for each, and without any code.
sizes, labels = {}, {}
with zipfile.ZipFile(path) as archive:
    for part in archive.namelist():
        sizes[part] = archive.getinfo(part).file_size / 1024
        labels[part] = "plain values"
        if part.endswith(".npy"):
            with archive.open(part) as file:
                array = np.load(file, allow_pickle=False)
            labels[part] = f"{array.dtype}, {' x '.join(map(str, array.shape))}"

_, ax = plt.subplots(figsize=(7, 2.6), layout="constrained")
bars = ax.barh(list(sizes), list(sizes.values()), color="C0")
ax.bar_label(bars, labels=list(labels.values()), padding=4)
ax.margins(x=0.25)
ax.invert_yaxis()
ax.set(xlabel="KiB", title="parts of the file")
plt.show()

# %%
# Load it elsewhere
# -----------------
# A fresh process has the file and nothing of the training. Its predictions are the same.
script = """
import sys
import skmm
from skmm.datasets import make_keypad_digits
X, _ = make_keypad_digits(300, random_state=0)
print(skmm.load(sys.argv[1]).predict(X).tolist())
"""
command = [sys.executable, "-c", script, path]
said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
print("a fresh process predicts the same:", said.strip() == str(model.predict(X).tolist()))


# %%
# A file from a stranger
# ----------------------
# A pickle runs what it says. This one only makes an empty file; it could as well delete yours.
# ``skmm.load`` refuses it, under whatever name it comes, and nothing has happened. ``pickle.loads`` does
# as it is told.
class Gift:
    def __reduce__(self):
        return Path.touch, (Path(folder.name) / "done",)


def try_to_load(path):
    try:
        skmm.load(path)
    except (TypeError, ValueError) as error:
        text = f"{type(error).__name__}: {error}".replace(f"{folder.name}/", "")
        print(textwrap.fill(text, 100))


gift = Path(folder.name) / "gift.skmm"
gift.write_bytes(pickle.dumps(Gift()))
try_to_load(gift)
print("skmm.load has run it:", (Path(folder.name) / "done").exists())
pickle.loads(gift.read_bytes())
print("pickle.loads has run it:", (Path(folder.name) / "done").exists())

# %%
# A pickle that is hidden among the arrays of a real model is refused as well, and so is a model with a
# number that somebody has changed.
largest = max((part for part in sizes if part.endswith(".npy")), key=sizes.get)
for name, content in {"hidden": gift.read_bytes(), "changed": None}.items():
    forged = Path(folder.name) / f"{name}.skmm"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(forged, "w") as new:
        for part in old.namelist():
            data = old.read(part)
            if part == largest:
                data = content or data[:-1] + bytes([data[-1] ^ 1])
            new.writestr(part, data)
    try_to_load(forged)
folder.cleanup()

# %%
# What is refused is anything but arrays, plain values and known types, and the error says which file and
# why. What a stranger's model *predicts* is another matter: nobody can see from its numbers what it was
# trained for. Types of your own are named by whoever loads, ``skmm.load(path, trusted=[...])``.
