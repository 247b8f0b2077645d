"""
================================================
How often does a search describe the same sound?
================================================

A grid search fits and scores again and again on the same files. With ``memory=`` each of them is
decoded and described once, over all folds, candidates and later runs.
"""

# %%
# A folder of sounds
# ------------------
# Eighty recordings of two seconds, of two kinds: tones that rise and tones that fall.
import tempfile
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import soundfile
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skmm import MultimodalFusion, make_frame
from skmm.audio import MFCCExtractor
from skmm.cache import FeatureCache

folder = tempfile.TemporaryDirectory()
rng = np.random.default_rng(0)
seconds = np.arange(44100) / 22050
y = np.arange(80) % 2
paths = []
for number, falls in enumerate(y):
    steepness = rng.uniform(20, 60) * (-1 if falls else 1)
    tone = np.sin(2 * np.pi * (700 * seconds + steepness * seconds**2))
    paths.append(Path(folder.name) / f"{number:02}.wav")
    soundfile.write(paths[-1], 0.2 * tone + 0.3 * rng.normal(size=tone.shape), 22050)
X = make_frame(audio=paths)
print(f"{len(X)} sounds of two seconds")

# %%
# The same search, three times
# ----------------------------
# Five strengths of regularization in four folds, and a last fit on everything: each sound is needed 21
# times. First there is no cache, then an empty one, and then the search is run again, as one does after a
# change to the learner. Each fit also reads one sound before the others, to learn how many features there
# are.
grid = {"logisticregression__C": np.logspace(-3, 1, 5)}
seconds_of, results, computed = {}, {}, []
MFCCExtractor().fit_transform(X["audio"][:1])  # what is loaded at the first use is not to count
cache = FeatureCache(Path(folder.name) / "features")
for name, memory in {"without memory": None, "first with it": cache, "once more": cache}.items():
    features = MultimodalFusion([("audio", MFCCExtractor(memory=memory))])
    search = GridSearchCV(make_pipeline(features, LogisticRegression(max_iter=1000)), grid, cv=4)
    before, start = cache.info(), time.process_time()
    results[name] = search.fit(X, y).cv_results_["mean_test_score"]
    seconds_of[name] = time.process_time() - start
    hits, misses = (cache.info()[kind] - before[kind] for kind in ("hits", "misses"))
    if memory is not None:
        print(f"{name}: {hits + misses} rows needed, {misses} computed")
        computed.append(misses)
computed.insert(0, hits + misses)  # without a cache all of them

# %%
# The scores are the same: the cache has what the extractor would compute.
same = all(np.array_equal(scores, results["without memory"]) for scores in results.values())
print(f"same scores: {same}; the best is {search.best_score_:.3f}")
print(
    f"time of the second run: {seconds_of['once more'] / seconds_of['without memory']:.2f} of the first"
)

_, axes = plt.subplots(1, 2, figsize=(9, 3), sharey=True, layout="constrained")
for ax, values, title, fmt in zip(
    axes,
    [computed, list(seconds_of.values())],
    ["sounds decoded and described", "seconds of CPU time"],
    ["{:.0f}", "{:.1f}"],
    strict=True,
):
    bars = ax.barh(list(seconds_of), values, color=["C7", "C0", "C2"])
    ax.bar_label(bars, fmt=fmt, padding=3)
    ax.set(title=title)
    ax.margins(x=0.15)
axes[0].invert_yaxis()
plt.show()
folder.cleanup()

# %%
# What is left in the third run is learning. The more candidates there are, and the more an extractor has
# to do (a pretrained network, say), the more there is to save. ``memory="features"``, a path, does the
# same. Rows are found again by content or file, so that folds, worker processes and other scripts share
# them.
