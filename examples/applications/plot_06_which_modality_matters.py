"""
==========================================================
Which modality matters, and what is a tone of voice worth?
==========================================================

A model knows the mood of people by their face, their words and their tone of voice. We ask what it owes
to each of them, which of them need each other, on which it leans for whom, and what it loses where one is
missing.
"""

# %%
# The data: a face, words, and a tone that says which of them to believe
# ----------------------------------------------------------------------
# Half of the samples are sarcastic: face and words say the opposite of each other. Then the face is
# right if a phrase such as "yeah right" is heard, and otherwise the words. The phrase also comes with
# sincere samples, so that it says nothing by itself. We take it out of the posts and make it a modality
# of its own. The data are generated: there are none with real sarcasm, voice and face that come without a
# download.
import re
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

import skmm
from skmm import DeepFusionClassifier, MultimodalFusion, make_frame
from skmm.datasets import make_sentiment
from skmm.frame import drop_modalities
from skmm.image import HOGExtractor
from skmm.inspection import (
    ModalityImportanceDisplay,
    ModalityInteractionDisplay,
    SampleGridDisplay,
    modality_importance,
    modality_interactions,
    sample_contributions,
    subgroup_report,
)
from skmm.text import TokenSequenceVectorizer

MOODS = np.array(["very negative", "negative", "neutral", "positive", "very positive"])
data, levels = make_sentiment(
    3000, sarcasm=0.5, size=32, noise={"image": 10, "text": 0.02}, random_state=0
)
y = MOODS[levels]
phrase = re.compile("yeah right|oh sure|of course")
X = make_frame(
    face=data["image"],
    words=[phrase.sub("", post) for post in data["text"]],
    tone=[" ".join(phrase.findall(post)) or "no phrase" for post in data["text"]],
)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.4, random_state=0, stratify=y)
print(f"faces, words and tones: {len(X)} samples, generated")
print(X.drop(columns="face").head(4).to_string(), end="\n\n")

# %%
# A model that has learned to do without
# --------------------------------------
# To find what a modality is worth it is taken away. ``modality_dropout`` hides modalities in training,
# so that the model knows what to do then, and is not asked for something it has never seen.
features = [
    ("face", HOGExtractor(size=(32, 32))),
    ("words", TokenSequenceVectorizer()),
    ("tone", TokenSequenceVectorizer()),
]
model = make_pipeline(
    MultimodalFusion(features, fusion=None, missing="nan"),
    DeepFusionClassifier(fusion="gated", modality_dropout=0.2, max_epochs=20, random_state=0),
).fit(X_train, y_train)

# %%
# What the model owes to each modality
# ------------------------------------
# The Shapley values share out all that the model gains over knowing nothing. Every sample is turned
# into features once; the model predicts from the eight sets of modalities.
importance = modality_importance(model, X_test, y_test, random_state=0)
print(importance.table.round(3).to_string(), end="\n\n")
for modalities, score in importance.scores.items():
    print(f"accuracy, {' + '.join(modalities) or 'nothing':21}{score:.3f}")
ModalityImportanceDisplay.from_importance(importance)

# %%
# Which modalities need each other
# --------------------------------
# The tone is nearly worthless alone and worth a lot beside the other two: it needs them (above 0). Face
# and words mostly tell the same (below 0). A star in the picture says that the interval leaves 0 out.
interactions = modality_interactions(model, X_test, y_test, random_state=0)
print()
print(interactions.table.round(3).to_string(), end="\n\n")
ModalityInteractionDisplay.from_interactions(interactions)

# %%
# On what the model leans, sample by sample
# -----------------------------------------
# The same shares for the probability of the class that is predicted for a single sample.
contributions = sample_contributions(model, X_test)
print("mean share of contributions", contributions.shares.mean().round(2).to_dict(), end="\n\n")
ModalityImportanceDisplay.from_contributions(contributions)
# sphinx_gallery_thumbnail_number = 3

# %%
# For whom it works
# -----------------
# Where the tone cannot be heard the model does not fail, but errs more often. The report tells what
# each missing modality costs, with an interval of the difference to all samples.
broken = drop_modalities(X_test, ["face", "tone"], rate=0.2, random_state=0)
report = subgroup_report(model, broken, y_test, random_state=0)
print(report.table.loc["accuracy"].round(3).to_string(), end="\n\n")

# %%
# Where it is wrong
# -----------------
# The samples that it is most wrong about, cells missing as they are. Above each cell stands what the
# model says when it has nothing else.
SampleGridDisplay.from_estimator(model, broken, y_test, rows=5)

# %%
# All of this on one page
# -----------------------
# ``skmm.report`` writes the usual answers into one file, to be mailed and read without a network:
# `the report on this model <../../report.html>`__.
output = Path(sys.argv[0]).resolve().parent / "output"
output.mkdir(exist_ok=True)
skmm.report(model, X_test, y_test, output / "report.html", title="Face, words and tone of voice")
plt.show()

# %%
# What it means, and what does not help
# -------------------------------------
# Alone the tone is at chance, and by its importance it comes last. To drop it would be a mistake:
# without it the model falls from nearly perfect to what the words alone tell. A single number per
# modality cannot say that; the scores of the sets, and the interactions, can. And all of it is about
# this model: another one may lean on the face where this one leans on the words.
#
# Your own data
# -------------
# Any fitted model and any frame do: :func:`~skmm.frame.make_frame` takes a column of paths or texts per
# modality, and ``modality_importance(model, X_test, y_test)`` asks for nothing else. Which of early, late
# and deep fusion beats the best single modality is compared in
# :ref:`sphx_glr_auto_examples_applications_plot_03_sentiment_of_faces_and_posts.py`, also on real emoji.
