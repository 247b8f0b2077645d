"""
=======================================================
Finding pictures by words, and words that fit a picture
=======================================================

Two small networks, one for pictures and one for captions, learn to put what belongs together at one place.
New captions then find pictures, and new pictures captions, that neither network has ever seen.
"""

# %%
# The data: two shapes, and a sentence about them
# -----------------------------------------------
# Size, color and shape make 2,304 different scenes, and a sentence can be put in four ways and leave
# words out. So the test samples are mostly scenes that were not among the training samples.
import matplotlib.pyplot as plt
import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from skmm import MultimodalFusion, make_frame
from skmm.audio import MFCCExtractor
from skmm.datasets import make_captioned_shapes, make_keypad_digits
from skmm.image import HOGExtractor, PixelExtractor
from skmm.inspection import LatentMapDisplay
from skmm.retrieval import CrossModalRetriever, mean_average_precision, recall_at_k
from skmm.text import BagOfWordsVectorizer, TokenSequenceVectorizer

X, _ = make_captioned_shapes(3000, random_state=0)
X_train, X_test = train_test_split(X, test_size=500, random_state=0)
print(X_test["text"].head(4).to_string(), end="\n\n")

# %%
# Blocks of numbers, and a space for both
# ---------------------------------------
# Canonical correlations compare counts of words with gradients of the picture: they know that there is a
# cross, but hardly its color or its side. Networks read pixels and the order of words. ``"infonce"``
# trains them to pick the caption of each picture out of a batch, and its picture for each caption.
features = MultimodalFusion(
    [
        ("image", HOGExtractor(size=(32, 32))),
        (
            "text",
            make_pipeline(
                BagOfWordsVectorizer(ngram_range=(1, 2)), TruncatedSVD(40, random_state=0)
            ),
        ),
    ],
    fusion=None,
)
raw = MultimodalFusion(
    [("image", PixelExtractor(size=None)), ("text", TokenSequenceVectorizer())],
    fusion=None,
    missing="nan",
)
retrievers = {
    "canonical correlations": make_pipeline(features, CrossModalRetriever("cca")),
    "networks": make_pipeline(
        raw,
        CrossModalRetriever(
            "infonce",
            encoders={"text": ("tokens", {"body": "gru"})},
            embed_dim=64,
            dropout=0.0,
            max_epochs=15,
            random_state=0,
        ),
    ),
}

# %%
# How often the right one is among the first
# ------------------------------------------
# Half of the score is that of captions that look for their picture, half that of pictures. Chance finds
# one in 500 / k.
ks = [1, 2, 5, 10, 20, 50, 100]
curves = {}
for name, model in retrievers.items():
    model.fit(X_train)
    blocks, retriever = model[:-1].transform(X_test), model[-1]
    S = retriever.embed(blocks, "text") @ retriever.embed(blocks, "image").T
    for direction, scores in (("picture by words", S), ("words by picture", S.T)):
        curves[name, direction] = [recall_at_k(np.arange(len(S)), scores, k=k) for k in ks]
        at_10 = curves[name, direction][ks.index(10)]
        print(f"recall@10, {name}, {direction}: {at_10:.3f}", flush=True)

figure, ax = plt.subplots(layout="constrained")
for (name, direction), curve in curves.items():
    style = "-" if name == "networks" else "--"
    color = "C0" if direction == "picture by words" else "C1"
    ax.plot(ks, curve, style, color=color, label=f"{name}, {direction}")
ax.plot(ks, np.divide(ks, len(X_test)), ":", color="gray", label="chance")
ax.set(xscale="log", xlabel="k", ylabel="recall among the first k", xticks=ks, ylim=(0, 1))
ax.xaxis.set_major_formatter("{x:.0f}")
ax.minorticks_off()
figure.legend(loc="outside lower center", ncols=2)

# %%
# One space for both
# ------------------
# Every test sample is two points of the space of the networks, one of its picture and one of its words.
# Drawn are those whose words name blue and one of four colors. What means the same lies together,
# whichever modality says it.
pairs = ["blue and blue", "blue and orange", "green and blue", "red and blue"]
kinds = {tuple(sorted(pair.split(" and "))): pair for pair in pairs}
colors = X_test["text"].str.findall("red|green|blue|yellow|purple|orange")
kind = colors.map(lambda named: kinds.get(tuple(sorted(named))))
known = kind.notna().to_numpy()
LatentMapDisplay.from_estimator(retriever, blocks[known], kind[known], method="tsne")

# %%
# What is found
# -------------
# The gallery is another 3,000 pictures, without captions. A query needs its own modality only: here
# captions that somebody might type, whose pictures are null cells. For three of the test pictures we look
# for the best of the test captions, which takes another gallery.
gallery, _ = make_captioned_shapes(3000, random_state=1)
wishes = [
    "a large red circle left of a small blue square",
    "a small green triangle and a large yellow cross",
    "a cross right of a purple circle",
]
typed = make_frame(image=[None] * len(wishes), text=wishes)
retriever.index(raw.transform(gallery)[["image"]])
_, pictures = retriever.search(raw.transform(typed), source="text", k=5)
retriever.index(blocks[["text"]])
_, captions = retriever.search(blocks[:3], source="image", k=3)

figure, axes = plt.subplots(len(wishes), 5, figsize=(7.5, 5.4), layout="constrained")
for row, wish in enumerate(wishes):
    axes[row, 2].set_title(f'"{wish}"', fontsize="medium")
    for ax, found in zip(axes[row], pictures[row], strict=True):
        ax.imshow(gallery["image"].iloc[found])
        ax.axis("off")
figure.suptitle("pictures found by words")
# sphinx_gallery_thumbnail_number = 3

# %%
# And the other way round, words that a picture finds, the best first:
figure, axes = plt.subplots(3, 2, figsize=(7.5, 5), width_ratios=[1, 3], layout="constrained")
for (ax, beside), row in zip(axes, range(3), strict=True):
    ax.imshow(X_test["image"].iloc[row])
    found = "\n".join(X_test["text"].iloc[caption] for caption in captions[row])
    beside.text(0, 0.5, found, verticalalignment="center")
    ax.axis("off")
    beside.axis("off")
figure.suptitle("words found by a picture")
plt.show()

# %%
# Pictures that a sound finds
# ---------------------------
# The tone of a telephone key looks for handwriting of its digit. The cepstra of tones and the gradients
# of pictures meet in nine canonical correlations: as many as tell ten digits apart. Right is every
# picture of the same digit, so that precision is averaged over the whole ranking.
digits, labels = make_keypad_digits(1500, noise={"image": 2.0, "audio": 1.0}, random_state=0)
learned, queries, _, labels = train_test_split(digits, labels, test_size=500, random_state=0)
seen_and_heard = MultimodalFusion(
    [
        ("image", HOGExtractor(size=(16, 16), pixels_per_cell=(4, 4))),
        ("audio", MFCCExtractor(sampling_rate=8000)),
    ],
    fusion=None,
)
dialing = make_pipeline(seen_and_heard, CrossModalRetriever("cca", n_components=9)).fit(learned)
blocks, retriever = dialing[:-1].transform(queries), dialing[-1]
S = retriever.embed(blocks, "audio") @ retriever.embed(blocks, "image").T
same = labels[:, np.newaxis] == labels
print(f"mean average precision, picture by sound: {mean_average_precision(same, S):.3f}")
print(f"mean average precision, at random: {np.mean(same):.3f}")

figure, axes = plt.subplots(4, 8, figsize=(7.5, 4), layout="constrained")
for row, digit, scores in zip(axes, labels[:4], S[:4], strict=True):
    row[0].set_ylabel(f"tone of {digit}", rotation=0, labelpad=30)
    for ax, found in zip(row, np.argsort(-scores)[:8], strict=True):
        ax.imshow(queries["image"].iloc[found], cmap="gray")
        ax.set(xticks=[], yticks=[])
figure.suptitle("pictures found by the tone of a key, the best on the left")
plt.show()

# %%
# What it means, and what does not help
# -------------------------------------
# Among the first ten of 500 the networks find the right one nine times in ten, whichever is the query;
# canonical correlations less than three times in ten, and chance once in fifty. What the networks find
# first has mostly the right colors and sizes; where they err, they mix up which shape has which, or the
# sides. Two samples in five hundred may show nearly the same, and captions leave words out: not every
# miss is one. Your own pictures and texts take the place of these as a frame with one column each, in
# which a row is a pair; pairs in which one of the two is missing are left out.
