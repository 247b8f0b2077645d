"""
=====================================
What does a car need to see to drive?
=====================================

Camera, range scanner, radar and speedometer of a simulated car, by day, by night and in fog. One network
learns two things at once: how to steer, and how much time is left before the car ahead is hit. Then sensors
fail.
"""

# %%
# The data: four sensors on a bent road
# -------------------------------------
# The car ahead and the posts at the roadside return the same radar echoes; only who knows the own speed
# can tell them apart. The camera sees the bend, but how far the wheels must turn depends on the speed,
# too. All of it is generated, for no real drives come without a download.
import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.metrics import r2_score
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from torch import nn

from skmm import LateFusionRegressor, MultimodalFusion, compare_fusions
from skmm.datasets import make_driving
from skmm.image import PixelExtractor
from skmm.model_selection import missing_modality_curve
from skmm.nn import MultitaskFusion

X, y = make_driving(1200, condition="mixed", random_state=0)
print(f"{len(X)} scenes, generated")

# %%
# The same scene by day, by night and in fog:
figure, axes = plt.subplots(3, 3, figsize=(9, 6), layout="constrained")
for row, condition in zip(axes, ("day", "night", "fog"), strict=True):
    scene, target = make_driving(3, condition=condition, random_state=1)
    camera, scanner, radar = (scene[name].iloc[2] for name in ("camera", "scanner", "radar"))
    row[0].imshow(camera)
    row[0].set(ylabel=condition, xticks=[], yticks=[])
    row[1].plot(np.linspace(-60, 60, 31), scanner)
    row[1].set(ylim=(0, 42))
    row[2].imshow(radar, origin="lower", extent=(-10, 30, 0, 60), aspect="auto")
for ax, title in zip(axes[0], ("camera", "range scanner", "radar"), strict=True):
    ax.set_title(title)
axes[2, 1].set(xlabel="degrees to the right", ylabel="meters")
axes[2, 2].set(xlabel="closing speed in m/s", ylabel="meters")

# %%
# The models
# ----------
# Layers of our own read pictures and radar maps: where something is matters here, so that nothing is
# averaged over places. Scanner and speed are vectors. Trees read all of it as numbers.
extractors = {
    "camera": PixelExtractor(size=(16, 32)),
    "scanner": "passthrough",
    "radar": FunctionTransformer(lambda radar: np.stack(radar)[:, np.newaxis]),  # one channel
    "speed": "passthrough",
}


def convolutions(n_channels):
    return nn.Sequential(
        nn.Conv2d(n_channels, 8, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
    )


def network(modalities, **params):
    torch.manual_seed(0)  # a module starts from the weights it comes with
    encoders = {"camera": convolutions(3), "radar": convolutions(1)}
    return make_pipeline(
        MultimodalFusion(
            [(name, extractors[name]) for name in modalities], fusion=None, missing="nan"
        ),
        MultitaskFusion(
            fusion="concat",
            encoders={name: encoders[name] for name in modalities if name in encoders},
            dropout=0.1,
            max_epochs=12,
            lr=2e-3,
            lr_schedule="cosine",
            random_state=0,
            **params,
        ),
    )


flat = FunctionTransformer(lambda cells: np.stack(cells).reshape(len(cells), -1).astype(float))
trees = ExtraTreesRegressor(20, max_features=0.3, random_state=0)
models = {
    "early, trees": make_pipeline(MultimodalFusion([(name, flat) for name in X]), trees),
    "late, trees": LateFusionRegressor(
        [(name, make_pipeline(flat, trees)) for name in X], rule="mean"
    ),
    "deep": network(list(X)),
}

# %%
# Each alone, and all together
# ----------------------------
# The single modalities are networks of the same kind as the fusion. The score is the mean R2 of both
# targets.
comparison = compare_fusions(
    models,
    X,
    y,
    cv=KFold(3, shuffle=True, random_state=0),
    n_jobs=2,
    baselines={name: network([name]) for name in X},
)
columns = ["kind", "mean_score", "std_score", "difference", "p_value"]
print(comparison.table[columns].round(3).to_string(), end="\n\n")
comparison.plot()

# %%
# Which condition needs which sensor
# ----------------------------------
# Trained on all conditions, tested on new drives in one of them; then with one sensor broken.
# ``modality_dropout`` hides sensors in training, at random, so that the network learns to do without.
deep = network(list(X)).fit(X, y)
careful = network(list(X), modality_dropout=0.2).fit(X, y)
rows = []
for condition in ("day", "night", "fog"):
    X_test, y_test = make_driving(500, condition=condition, random_state=1)
    predicted = deep.predict(X_test)
    scores = r2_score(y_test, predicted, multioutput="raw_values")
    rows.append([condition, *scores])
    print(f"R2, {condition:6} steering {scores[0]:.3f}, time to collision {scores[1]:.3f}")
X_test, y_test = make_driving(250, condition="mixed", random_state=1)
figure, axes = plt.subplots(1, 4, figsize=(12, 3.2), layout="constrained", sharey=True)
for ax, modality in zip(axes, X, strict=True):
    curve = missing_modality_curve(
        {"deep": deep, "deep, modality dropout": careful},
        X_test,
        y_test,
        modality=modality,
        rates=(0, 0.5, 1),
        scoring="r2",
        n_repeats=2,
        random_state=0,
    )
    curve.plot(ax=ax)
    if ax is not axes[0]:
        ax.get_legend().remove()
    ax.set(title=f"without {modality}", xlabel="share of samples", ylabel="mean R2")
    broken = curve.mean_scores.loc[1.0]
    print(f"R2, no {modality:8}" + "".join(f" {name} {broken[name]:.3f}" for name in broken.index))
plt.show()

# %%
# What it means, and what does not help
# -------------------------------------
# Steering needs the bend and the speed, the time to a collision needs the radar, and the speed to tell
# the car from the posts: only a fusion that lets modalities explain each other does both. A mean of
# models that each see one sensor is worse than the best sensor alone, for no sensor can answer both
# questions. Trees on the features side by side see little more: what matters lies between numbers. The
# camera adds hardly anything beside a scanner that also sees the rails, and most of what fog costs is the
# scanner's. Sensors that may fail should fail in training.
#
# Your own data
# -------------
# Real recordings take the place of ``make_driving`` as a frame with one column per sensor, and a column
# of y per target: ``table = pd.read_csv("drives.csv")``, ``X = make_frame(camera=[folder / name for name
# in table["frame"]], scanner=np.load("scans.npy"), radar=np.load("radar.npy"),
# speed=table[["speed"]].to_numpy())``, ``y = table[["steering", "time_to_collision"]]``. Neighboring
# frames of a drive are nearly the same: hold whole drives out, with ``cv=GroupKFold(3),
# groups=table["drive"]``.
