"""
=======================================================
What changes when samples are on more than one machine?
=======================================================

Pictures and captions are described by two worker processes, a part of the table each time, and a learner
sees one part after the other. The features are those of a plain run to the last bit; what differs is who
waits for what.
"""

# %%
# The data: paths and captions in a table
# ---------------------------------------
# Generated ones: 400 drawn pictures of two shapes, 640 pixels wide, in a folder, with a caption
# each. What is to be learned is the shape on the left.
import logging
import shutil
import tempfile
import time
from pathlib import Path

import dask.dataframe as dd
import matplotlib.pyplot as plt
import numpy as np
from dask.distributed import Client, SubprocessCluster, get_task_stream
from PIL import Image
from sklearn.linear_model import SGDClassifier

from skmm import MultimodalFusion, make_frame
from skmm.datasets import make_captioned_shapes
from skmm.distributed import extract_partitions
from skmm.image import HOGExtractor
from skmm.text import Word2VecVectorizer

folder = Path(tempfile.mkdtemp())
drawn, y = make_captioned_shapes(400, size=64, noise={"text": 0.3}, random_state=0)
paths = [folder / f"{number:03}.jpg" for number in range(len(drawn))]
for path, picture in zip(paths, drawn["image"], strict=True):
    Image.fromarray(picture).resize((640, 640)).save(path)
X = make_frame(image=[str(path) for path in paths], text=drawn["text"].to_list())
print(
    f"{len(X)} samples, generated; {sum(path.stat().st_size for path in paths) / 1e6:.0f} MB of files"
)

# %%
# Learn what has to be learned from a few samples
# -----------------------------------------------
# Gradients learn nothing, but vectors of words do. The whole of it is fitted where we are, on the first
# 100 rows; workers only apply it.
features = MultimodalFusion(
    [
        ("image", HOGExtractor(size=(64, 64), pixels_per_cell=(16, 16))),
        ("text", Word2VecVectorizer(16, min_count=1, random_state=0)),
    ]
).fit(X[:100])

# %%
# Without a cluster
# -----------------
start = time.perf_counter()
plain = features.transform(X)
seconds = {"this process": time.perf_counter() - start}

# %%
# Two workers
# -----------
# ``SubprocessCluster`` starts a scheduler and workers here, as processes of their own. With a cluster of
# several machines all that changes is the address given to ``Client``; the paths must be readable there,
# too. Nothing is computed before ``compute()``. A first pass over four rows lets the workers import what
# they need.
table = dd.from_pandas(X, npartitions=16)
options = {"dashboard": False}
with (
    SubprocessCluster(
        n_workers=2,
        worker_kwargs={"nthreads": 1, **options},
        scheduler_kwargs=options,
        silence_logs=logging.ERROR,
    ) as cluster,
    Client(cluster) as client,
):
    client.wait_for_workers(2)
    extract_partitions(features, dd.from_pandas(X[:4], npartitions=4)).compute()
    start = time.perf_counter()
    with get_task_stream(client) as stream:
        described = extract_partitions(features, table)
        described.to_parquet(folder / "features")
    seconds["two workers"] = time.perf_counter() - start

# %%
# The same features
# -----------------
# Parts have been written to a folder of Parquet files, by the workers themselves: the whole table of
# features need not fit into the memory of any of them, nor into ours.
parts = dd.read_parquet(folder / "features")
collected = parts.compute()
print(f"partitions: {parts.npartitions}, features: {collected.shape[1]}")
print(f"equal to the plain run: {np.array_equal(collected, plain)}")
print(f"rows in the same order: {collected.index.equals(X.index)}")

# %%
# Who did what, and when
# ----------------------
# Each bar is a part of the work: a partition is described, and then written.
tasks = [
    (task["worker"], span["start"], span["stop"] - span["start"], "extract" in str(task["key"]))
    for task in stream.data
    for span in task["startstops"]
    if span["action"] == "compute"
]
begin = min(start for _, start, _, is_described in tasks if is_described)
workers = sorted({worker for worker, *_ in tasks})
figure, axes = plt.subplots(
    2, 1, figsize=(8, 4), layout="constrained", sharex=True, height_ratios=[2, 1.2]
)
for row, worker in enumerate(workers):
    for described_here, color in ((True, "C0"), (False, "C1")):
        bars = [
            (start - begin, width)
            for who, start, width, is_described in tasks
            if who == worker and is_described == described_here and start >= begin
        ]
        label = {True: "described", False: "written"}[described_here] if row == 0 else None
        axes[0].broken_barh(bars, (row - 0.35, 0.7), color=color, edgecolor="white", label=label)
        if described_here:
            print(f"worker {row + 1}: {len(bars)} partitions described")
axes[0].set(yticks=range(len(workers)), yticklabels=[f"worker {row + 1}" for row in range(2)])
figure.legend(loc="outside right upper")
bars = axes[1].barh(list(seconds), list(seconds.values()), color=["C7", "C2"])
axes[1].bar_label(bars, fmt="{:.1f}", padding=3)
axes[1].margins(x=0.15)
axes[1].invert_yaxis()
axes[1].set(xlabel="seconds", title="all samples")
plt.show()

# %%
# Learn part by part
# ------------------
# A learner with ``partial_fit`` takes one partition after the other; the last four are kept for a test.
learner = SGDClassifier(random_state=0)
scale = np.abs(plain[:100]).max(axis=0) + 1e-6
for _ in range(2):
    for number in range(12):
        part = parts.get_partition(number).compute()
        learner.partial_fit(part / scale, y[part.index], classes=np.unique(y))
test = parts.partitions[12:].compute()
print(f"test accuracy, learned part by part: {learner.score(test / scale, y[test.index]):.3f}")
shutil.rmtree(folder)

# %%
# What it means, and what does not help
# -------------------------------------
# A row of features depends on its own sample only, so that it does not matter who computes it, nor in
# which order. To start a cluster on one machine does not help with a job as small as this one: scheduler
# and workers share its cores, and pass on tasks and write files besides. It is for tables that do not fit
# into memory, and for cores on other machines. What fits is described by ``n_jobs=2`` of the extractor
# without a cluster, and where the same samples come again a cache saves more
# (:ref:`sphx_glr_auto_examples_building_blocks_plot_16_search_without_extracting_twice.py`).
#
# Your own data
# -------------
# ``dd.read_csv("samples-*.csv")`` or ``dd.read_parquet`` take the place of ``dd.from_pandas``, with a
# column of paths per modality. Deep models train on several machines by other means: see the guide.
