"""
==================================================
What does a picture look like that was only heard?
==================================================

Digits are written and dialed. Three models learn without labels how both go together. They draw the
handwriting that a tone stands for, and a classifier learns from their codes with five labels per class.
"""

# %%
# The data: handwriting and the tone of a key
# -------------------------------------------
# The handwriting is real and noisy; the tones are synthetic, and so noisy that they are hard to tell apart.
# Tones become band energies, pictures stay pixels. No label is used until the last part.
import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmm import DeepFusionClassifier, MultimodalFusion
from skmm.audio import STFTExtractor
from skmm.datasets import make_keypad_digits
from skmm.fusion import ConcatFusion
from skmm.generative import AdversarialFusion, AutoencoderFusion, VariationalFusion
from skmm.inspection import LatentMapDisplay

data, y = make_keypad_digits(1797, noise={"image": 3.0, "audio": 3.0}, random_state=0)
features = [
    ("image", "passthrough"),
    ("audio", STFTExtractor(32, sampling_rate=8000, n_fft=512, hop_length=128)),
]
blocks = MultimodalFusion(features, fusion=None).fit_transform(data)
X_train, X_test, y_train, y_test = blocks[:1200], blocks[1200:], y[:1200], y[1200:]

# %%
# Three models that learn without labels
# --------------------------------------
training = {"max_epochs": 60, "lr": 0.003, "random_state": 0}
models = {
    "variational": VariationalFusion(16, **training),
    "autoencoder": AutoencoderFusion(16, **training),
    "adversarial": AdversarialFusion(16, **(training | {"max_epochs": 150})),
}
for model in models.values():
    model.fit(X_train)

# %%
# A code puts what a sample is into sixteen numbers. In two dimensions, digits that nobody has named lie
# together; the colors are for the reader.
display = LatentMapDisplay.from_estimator(models["variational"], X_test, y_test, method="tsne")
display.ax_.set_title("codes of the variational model, by digit")

# %%
# Filling in the picture
# ----------------------
# The picture of test samples is taken away, and filled in from the tone. ``impute`` gives what is expected;
# ``generate`` can also draw, here twice, and then shows how far handwritings differ. The training mean is
# what a simple imputer would put there; the mean of the right class, which nobody knows from such a tone,
# is about the best that can be done. The error of each, as a share of the variance of the pixels:
truth = X_test["image"].array.tensor.astype(float)
mean = X_train["image"].array.tensor.mean(axis=0)
of_class = np.stack([X_train["image"].array.tensor[y_train == c].mean(axis=0) for c in range(10)])
heard = X_test.assign(image=None)
filled = {name: model.impute(heard)["image"].array.tensor for name, model in models.items()}
for name, pictures in {"training mean": mean, "right class": of_class[y_test], **filled}.items():
    error = np.square(pictures - truth).mean() / truth.var(axis=0).mean()
    print(f"error of the picture, {name:15}{error:.3f}")

# %%
# The first sample of each digit, and what was filled in.
first = [int(np.flatnonzero(y_test == c)[0]) for c in range(10)]
draws = models["variational"].generate(heard.iloc[first], "image", n_draws=2)
rows = {
    "true": truth[first],
    "right class": of_class[y_test[first]],
    "training mean": np.repeat(mean[np.newaxis], 10, axis=0),
    "variational": filled["variational"][first],
    "draw 1": draws[0],
    "draw 2": draws[1],
    "autoencoder": filled["autoencoder"][first],
    "adversarial": filled["adversarial"][first],
}
figure, grid = plt.subplots(len(rows), 10, figsize=(7.5, 5.6), layout="constrained")
for (name, pictures), axes in zip(rows.items(), grid, strict=True):
    for ax, picture in zip(axes, pictures, strict=True):
        ax.imshow(picture, cmap="gray", vmin=0, vmax=255)
        ax.set(xticks=[], yticks=[])
    axes[0].set_ylabel(name, rotation=0, ha="right", va="center")
figure.suptitle("pictures filled in from their tones")

# %%
# Learning from few labels
# ------------------------
# Five labels per class, drawn ten times. Logistic regression learns from the codes of all three models, and
# from the blocks as they are, side by side; a deep fusion is trained from scratch on the same labels.
rng = np.random.default_rng(0)
codes = {
    name: (model.transform(X_train), model.transform(X_test)) for name, model in models.items()
}
codes["blocks"] = [ConcatFusion().fit(X_train).transform(part) for part in (X_train, X_test)]
scores = {}
for draw in range(10):
    few = np.concatenate([rng.choice(np.flatnonzero(y_train == c), 5, False) for c in range(10)])
    for name, (train, test) in codes.items():
        learner = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
        score = learner.fit(train[few], y_train[few]).score(test, y_test)
        scores.setdefault(name, []).append(score)
    if draw < 3:
        deep = DeepFusionClassifier(
            encoders={"image": "vector"}, max_epochs=200, lr=0.003, random_state=0
        )
        deep.fit(X_train.iloc[few], y_train[few])
        scores.setdefault("deep fusion", []).append(deep.score(X_test, y_test))
for name, values in scores.items():
    print(f"test accuracy, {name:15}{np.mean(values):.3f}")

_, ax = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
ax.boxplot(list(scores.values()), orientation="horizontal", tick_labels=list(scores))
ax.invert_yaxis()
ax.set(xlabel="test accuracy", title="five labels per class, drawn anew")
plt.show()

# %%
# From the tone alone the variational model and the autoencoder draw pictures that are nearer to the truth
# than the mean picture; they gain about a third of what knowing the class would. The adversarial model
# draws clearer digits than such a tone can tell, and errs more than the mean for it: a picture that looks
# real is not one that is right on average. With five labels per class the codes of the variational model
# are worth more than the blocks themselves. Those of the other two are not: they are trained to bring back
# every detail, noise included. A network that is trained on those labels alone is far behind.
