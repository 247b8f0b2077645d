"""
=====================================
Where is the hand behind the screen?
=====================================

A picture shows where a person stands, but arms and legs may be hidden. Motion sensors on the limbs feel how
these are inclined, but not where the person is. Together they tell where all the joints are.
"""

# %%
# The data: a picture, eight motion sensors, thirteen joints
# ----------------------------------------------------------
# They are generated, for no real ones come without a download: an articulated figure is rendered in a
# random pose, screens hide parts of it, and sensors on the limbs feel gravity and noise.
import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmm import DeepFusionRegressor, LateFusionRegressor, MultimodalFusion, compare_fusions
from skmm.datasets import make_pose
from skmm.image import HOGExtractor
from skmm.sensor import SensorStatisticsExtractor

X, y, visible = make_pose(1500, return_visible=True, random_state=0)
JOINTS = list(visible)
BONES = [
    (f"{side}_{start}", f"{side}_{end}")
    for side in ("left", "right")
    for start, end in (
        ("shoulder", "elbow"),
        ("elbow", "wrist"),
        ("hip", "knee"),
        ("knee", "ankle"),
    )
] + [("left_shoulder", "right_shoulder"), ("left_hip", "right_hip")]
print(f"{len(X)} poses, generated")
print(f"{1 - visible.to_numpy().mean():.2f} of the joints are hidden")

# %%
# The models
# ----------
# Histograms of gradients of the picture, statistics of the sensor channels. A ridge regression and a
# network learn from both side by side; a late fusion averages what is predicted from each.
extractors = {
    "image": HOGExtractor(size=(48, 48), pixels_per_cell=(6, 6)),
    "motion": SensorStatisticsExtractor(statistics=("mean", "std")),
}


def ridge():
    return make_pipeline(StandardScaler(), RidgeCV(np.logspace(0, 4, 5)))


def network(modalities):
    return make_pipeline(
        MultimodalFusion([(name, extractors[name]) for name in modalities], fusion=None),
        DeepFusionRegressor(
            fusion="concat",
            embed_dim=128,
            hidden_dims=(256,),
            dropout=0.1,
            max_epochs=40,
            lr=2e-3,
            lr_schedule="cosine",
            random_state=0,
        ),
    )


models = {
    "early, ridge": make_pipeline(MultimodalFusion(list(extractors.items())), ridge()),
    "late, ridge": LateFusionRegressor(
        [(name, make_pipeline(extractors[name], ridge())) for name in X], rule="mean"
    ),
    "deep": network(list(X)),
}

# %%
# How many joints are found
# -------------------------
# Pose estimators are told by the percentage of correct keypoints (PCK): joints that are found to within
# some distance, here a twentieth of the width of the picture.


def find_distances(y, predicted):
    """Distances of shape (n_samples, n_joints)."""
    steps = np.asarray(y) - np.asarray(predicted)
    return np.linalg.norm(steps.reshape(len(steps), -1, 2), axis=2)


def pck(model, X, y, within=0.05):
    return np.mean(find_distances(y, model.predict(X)) < within)


comparison = compare_fusions(
    models,
    X,
    y,
    cv=3,
    scoring=pck,
    baselines={name: network([name]) for name in X},
)
columns = ["kind", "mean_score", "std_score", "difference", "p_value"]
print(comparison.table[columns].round(3).to_string(), end="\n\n")
comparison.plot()

# %%
# Hidden joints and joints that can be seen
# -----------------------------------------
X_train, X_test, y_train, y_test, _, seen = train_test_split(X, y, visible, random_state=0)
fitted = {
    "image": network(["image"]).fit(X_train, y_train),
    "motion": network(["motion"]).fit(X_train, y_train),
    "image + motion": network(list(X)).fit(X_train, y_train),
}
predicted = {name: model.predict(X_test) for name, model in fitted.items()}
tolerances = np.linspace(0, 0.15, 31)
figure, axes = plt.subplots(1, 2, figsize=(9, 4), layout="constrained", sharey=True)
for ax, (kind, mask) in zip(
    axes, {"seen": seen.to_numpy(), "hidden": ~seen.to_numpy()}.items(), strict=True
):
    for name, found in predicted.items():
        distances = find_distances(y_test, found)[mask]
        ax.plot(tolerances, [(distances < t).mean() for t in tolerances], label=name)
        print(f"PCK@0.05, {kind:6} joints, {name:14} {np.mean(distances < 0.05):.3f}")
    ax.set(title=f"{kind} joints", xlabel="tolerance in widths of the picture")
axes[0].set_ylabel("share of joints found")
axes[0].legend()

# %%
# Skeletons
# ---------
# What is found from the picture alone (dotted) and from both (solid), where most is hidden.
figure, axes = plt.subplots(2, 4, figsize=(10, 5.2), layout="constrained")
hard = np.argsort(seen.to_numpy().sum(axis=1), kind="stable")[: axes.size]
styles = {"image": ("black", ":"), "image + motion": ("white", "-")}
for ax, row in zip(axes.flat, hard, strict=True):
    ax.imshow(X_test["image"].iloc[row], extent=(0, 1, 1, 0))
    for name, (color, style) in styles.items():
        places = dict(zip(JOINTS, predicted[name][row].reshape(-1, 2), strict=True))
        for bone in BONES:
            ax.plot(*np.transpose([places[joint] for joint in bone]), style, color=color, lw=2)
    true = y_test.to_numpy()[row].reshape(-1, 2)
    ax.plot(*true[seen.to_numpy()[row]].T, "g.", ms=8)
    ax.plot(*true[~seen.to_numpy()[row]].T, "rx", ms=7, mew=2)
    ax.set(xlim=(0, 1), ylim=(1, 0), xticks=[], yticks=[])
figure.suptitle(
    "joints: seen (green), hidden (red); found from image (dotted), image + motion (white)"
)
plt.show()

# %%
# What it means, and what does not help
# -------------------------------------
# The sensors rescue many of the hidden joints, and steady those that can be seen. The mean of two models
# does not help: the sensors do not know where the person stands, and a mean takes half of their
# ignorance. Nor does a linear model of both: where a limb ends depends on its inclination times its
# length, which only the picture tells, and the network learns such products.
#
# Your own data
# -------------
# Real recordings take the place of ``make_pose`` as a frame with paths of pictures and arrays of shape
# (steps, channels), and y with two columns per joint, x and y in widths of the picture:
# ``table = pd.read_csv("poses.csv")``, ``X = make_frame(image=[folder / name for name in table["file"]],
# motion=[np.load(folder / name) for name in table["sensors"]])``,
# ``y = table.drop(columns=["file", "sensors"])``. Where a person has many pictures, hold persons out:
# ``compare_fusions(..., cv=GroupKFold(3), groups=table["person"])``.
