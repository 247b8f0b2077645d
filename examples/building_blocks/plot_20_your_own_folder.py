"""
==========================================
How do my own files become a model's data?
==========================================

From a folder of pictures and sounds, and a table that says what belongs together: look at it, learn from
it, and see what happens with a file that is broken and one that is not there.
"""

# %%
# A folder
# --------
# Yours exists already. This one is made of digits that are written and dialed: PNG and WAV files, and a
# CSV file with a row per sample. One sound is missing in the table, and one picture was cut off by a bad
# download.
import tempfile
import textwrap
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import soundfile
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from skmm import MultimodalFusion, make_frame
from skmm.audio import STFTExtractor
from skmm.datasets import make_keypad_digits
from skmm.image import HOGExtractor
from skmm.inspection import SampleGridDisplay
from skmm.reporting import preview

temporary = tempfile.TemporaryDirectory()
folder = Path(temporary.name)
digits, labels = make_keypad_digits(200, noise={"image": 2.0, "audio": 2.0}, random_state=0)
rows = []
for number, (_, sample) in enumerate(digits.iterrows()):
    photo, clip = f"{number:03}.png", f"{number:03}.wav"
    Image.fromarray(sample["image"]).resize((64, 64)).save(folder / photo)
    soundfile.write(folder / clip, sample["audio"], 8000)
    rows.append({"photo": photo, "clip": clip, "label": labels[number]})
rows[1]["clip"] = None
whole = (folder / "003.png").read_bytes()
(folder / "003.png").write_bytes(whole[: len(whole) // 2])
pd.DataFrame(rows).to_csv(folder / "samples.csv", index=False)
print("\n".join((folder / "samples.csv").read_text().splitlines()[:4]))

# %%
# The table becomes a frame
# -------------------------
# Cells are paths; an empty one is a missing modality. Nothing has been read so far.
table = pd.read_csv(folder / "samples.csv")
paths = {
    name: [folder / cell if isinstance(cell, str) else None for cell in table[name]]
    for name in ("photo", "clip")
}
X = make_frame(image=paths["photo"], audio=paths["clip"])
y = table["label"]
print(f"{len(X)} samples, missing: {X.isna().sum().to_dict()}")

# %%
# Look and listen
# ---------------
# In a notebook, and on this page, the first rows are pictures and players.
preview(X, n_rows=3)

# %%
# A file that cannot be used
# --------------------------
# By default the first broken file ends the job, before anything is learned, and the error says where it
# is.
features = [
    ("image", HOGExtractor(size=(32, 32))),
    ("audio", STFTExtractor(16, sampling_rate=8000, n_fft=512, hop_length=128)),
]
model = make_pipeline(MultimodalFusion(features, missing="mean"), LogisticRegression(max_iter=1000))
try:
    model.fit(X, y)
except ValueError as error:
    print(textwrap.fill(f"{type(error).__name__}: {error}".replace(f"{folder}/", ""), 100))

# %%
# With ``on_error="missing"`` the picture counts as missing, a warning says so, and the extractor lists
# it.
model.set_params(multimodalfusion__image__on_error="missing")
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    model.fit(X, y)
print(textwrap.fill(f"warned: {caught[0].message}".replace(f"{folder}/", ""), 100))
failures = model["multimodalfusion"].named_transformers_["image"].failures_
print("broken pictures:", [f"row {failure.row}" for failure in failures])

# %%
# Learn from it
# -------------
# Now that the broken file is known, its cell is left empty. Each modality alone and both together, in
# five folds.
for failure in failures:
    paths["photo"][failure.row] = None
X = make_frame(image=paths["photo"], audio=paths["clip"])
for members in (features[:1], features[1:], features):
    name = " + ".join(modality for modality, _ in members)
    scored = make_pipeline(
        MultimodalFusion(members, missing="mean"), LogisticRegression(max_iter=1000)
    )
    print(f"accuracy, {name:14} {cross_val_score(scored, X, y, cv=5).mean():.3f}")

# %%
# And the samples that the fitted model is least sure of, as it read them:
SampleGridDisplay.from_estimator(model, X, y, rows=3)
plt.show()
temporary.cleanup()

# %%
# To start with your own files, leave out the first part and change the names of the columns. Paths in the
# table are relative to its folder here; whole paths work as they are. Where samples are described in
# words, add ``text=table["caption"]`` to the frame.
