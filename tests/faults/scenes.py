"""What the processes do that are interrupted and killed. What this module imports, they need not."""

import os
import resource
import shutil
import signal
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
from joblib.externals.loky.process_executor import TerminatedWorkerError
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler
from skorch.callbacks import Callback

import skmm
from skmm import (
    DeepFusionClassifier,
    LateFusionClassifier,
    MultimodalFusion,
    compare_fusions,
    make_frame,
)
from skmm._extraction_count import count_extractions
from skmm.audio import MFCCExtractor
from skmm.cache import FeatureCache
from skmm.cache._generations import Generations
from skmm.fusion import ConcatFusion
from skmm.image import HOGExtractor
from skmm.model_selection import FusionSearchCV
from skmm.sensor import SensorStatisticsExtractor
from tests.faults.waiting import WaitingBayes, WaitingScaler, wait
from tests.tiny_extractors import Spied


class Reach(Callback):
    """Says that training has begun."""

    def __init__(self, gate):
        self.gate = gate

    def on_batch_end(self, net, **kwargs):
        Path(self.gate, "reached").touch()


def data(seed=0):
    """A frame of two modalities and three classes."""
    rng = np.random.default_rng(seed)
    y = np.arange(60) % 3
    return make_frame(a=rng.normal(size=(60, 3)) + y[:, None], b=rng.normal(size=(60, 2))), y


def early(gate=None):
    return MultimodalFusion([("a", WaitingScaler(gate)), ("b", StandardScaler())])


def late(gate=None):
    return LateFusionClassifier([("a", WaitingBayes(gate)), ("b", GaussianNB())])


def deep(gate=None):
    endless = {} if gate is None else {"max_epochs": 10**6, "callbacks": [Reach(gate)]}
    return DeepFusionClassifier(**{"max_epochs": 3, "random_state": 0} | endless)


def grid(gate=None):
    return GridSearchCV(late(), {"a__gate": [None, gate]}, cv=2)


def search(gate=None):
    return FusionSearchCV(
        [("a", "passthrough"), ("b", "passthrough")],
        strategies=["late"],
        learners=[("bayes", WaitingBayes(gate))],
        cv=2,
    )


def ask(model, X):
    return model.predict_proba(X) if hasattr(model, "predict_proba") else model.transform(X)


def refit(make, gate):
    """Fit a model, fit it again on other data until Ctrl-C, look at it, and fit it after all.

    Returns
    -------
    interrupted, kept : bool
        Whether Ctrl-C came through, and what the first fit learned is as it was.
    works : bool
        Whether another fit learns what a new model learns.
    """
    (X, y), (others, _) = data(0), data(1)
    model = make().fit(X, y)
    before = ask(model, X)
    model.set_params(**make(gate).get_params(deep=False))
    try:
        model.fit(others, y)
        interrupted = False
    except KeyboardInterrupt:
        interrupted = True
    kept = np.array_equal(ask(model, X), before)
    model.set_params(**make().get_params(deep=False)).fit(others, y)
    again = ask(clone(model).fit(others, y), X)
    return interrupted, kept, np.array_equal(ask(model, X), again)


def compare(gate, folder, n_jobs):
    """Compare two models until Ctrl-C or the end; the scores, or None."""
    X, y = data()
    models = {"quick": late(), "waiting": late(gate)}
    try:
        comparison = compare_fusions(
            models,
            X,
            y,
            cv=2,
            baselines={"a": late()},
            resume=Path(folder, "results.jsonl"),
            n_jobs=n_jobs,
        )
    except KeyboardInterrupt:
        return None
    return comparison.scores.to_numpy().tolist()


def describe_pictures(paths, memory, n_jobs):
    """Extract features of files until Ctrl-C, and once more.

    Returns
    -------
    interrupted : bool
    n_found : int
        Rows in the cache when it had been interrupted.
    n_extracted : int
        Samples that were extracted the second time.
    block : ndarray
    """
    extractor = HOGExtractor(size=(64, 64), memory=memory, n_jobs=n_jobs, batch_size=16)
    try:
        extractor.fit_transform(paths)
        interrupted = False
    except KeyboardInterrupt:
        interrupted = True
    n_found = FeatureCache(memory).info()["entries"]
    with count_extractions() as count:
        block = extractor.set_params(n_jobs=None).fit_transform(paths)
    return interrupted, n_found, count["extractions"], block


def spy(log, memory, n_samples, n_jobs=None):
    """Extract numbers, and write each of them down."""
    spied = Spied(log, memory=memory, batch_size=20, n_jobs=n_jobs)
    return spied.transform([[number] for number in range(n_samples)])


def spy_until_a_worker_dies(log, memory, n_samples):
    """Extract with two workers; the name of the error, and of what is left of it when it goes on."""
    try:
        spy(log, memory, n_samples, n_jobs=2)
        error = None
    except TerminatedWorkerError as caught:
        error = type(caught).__name__
    with count_extractions() as count:
        block = spy(log, memory, n_samples, n_jobs=None)
    return error, count["extractions"], block


def describe(paths, memory, gate):
    """Extract features of files once a gate is open; how many had to be, and the features."""
    wait(gate)
    with count_extractions() as count:
        block = HOGExtractor(size=(64, 64), memory=memory, batch_size=16).transform(paths)
    return count["extractions"], block


def describe_with_warnings(images, memory):
    """Extract features of arrays; the features, and what is warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        block = HOGExtractor(size=(32, 32), memory=memory).transform(images)
    return block, [str(warning.message) for warning in caught]


def make_large_model(seed):
    """A fitted model of some megabytes, soon made."""
    return ConcatFusion().fit(np.random.default_rng(seed).normal(size=(4, 200_000)))


def dump_for_ever(path):
    """Keep two models in turn in one file."""
    models = [make_large_model(seed) for seed in range(2)]
    while True:
        for model in models:
            skmm.dump(model, path)


KEYS = [f"sample {number}".encode() for number in range(100)]


def make_row(number):
    """What is kept under a key."""
    return np.random.default_rng(number).normal(size=400).astype(np.float32)


def write_for_ever(memory, seed, size_limit):
    """Compute and keep rows in any order, and drop all of them now and then."""
    rng, cache = np.random.default_rng(seed), FeatureCache(memory, size_limit=size_limit)
    while True:
        chosen = rng.choice(len(KEYS), size=10, replace=False)
        cache.fetch([KEYS[n] for n in chosen], lambda at, chosen=chosen: map(make_row, chosen[at]))
        if rng.random() < 0.05:
            cache.clear()


def read_after_deaths(memory, n_deaths):
    """Have readers die in the middle of it while somebody has the cache open, and read."""
    generations = Generations(memory, None)
    reached, say = os.pipe()
    if (holder := os.fork()) == 0:
        with generations._open(1):
            os.write(say, b"x")
            time.sleep(60)
    os.read(reached, 1)
    for _ in range(n_deaths):
        if (reader := os.fork()) == 0:
            with generations._open(1) as environment, environment.begin() as transaction:
                transaction.get(b"key")
                os.kill(os.getpid(), signal.SIGKILL)
        assert os.waitpid(reader, 0)[1] == signal.SIGKILL
    rows = generations.read([b"key"])
    os.kill(holder, signal.SIGKILL)
    os.waitpid(holder, 0)
    return rows[b"key"].tolist()


def use_damaged(memory, name, kind, n_times):
    """Damage a file of a cache in many ways, and use the cache each time in a process of its own.

    Returns
    -------
    outcomes : Counter
        How often it was ``fine``, ``warned`` of, gave ``wrong`` rows, ``raised``, or was ended by a
        ``signal``.
    """
    cache = FeatureCache(memory)
    for start in range(0, len(KEYS), 10):
        cache.fetch(
            KEYS[start : start + 10], lambda at, start=start: [make_row(start + i) for i in at]
        )
    path = Path(memory, "rows-1", name)
    whole = path.read_bytes() or bytes(100)
    outcomes = Counter()
    for seed in range(n_times):
        shutil.copytree(memory, f"{memory}-{seed}")
        damaged = Path(f"{memory}-{seed}", "rows-1", name)
        damaged.write_bytes(damage(whole, kind, np.random.default_rng(seed)))
        if (pid := os.fork()) == 0:
            signal.alarm(30)  # or it may wait for a lock for ever
            try:
                os._exit(["fine", "warned", "wrong"].index(use(FeatureCache(f"{memory}-{seed}"))))
            except Exception:
                traceback.print_exc()
            os._exit(3)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        outcomes["signal" if code < 0 else ["fine", "warned", "wrong", "raised"][code]] += 1
    return outcomes


def damage(content, kind, rng):
    """Bytes of a file after some damage."""
    content, page = bytearray(content), 4096 * int(rng.integers(len(content) // 4096 or 1))
    if kind == "cut":
        return content[: rng.integers(len(content))]
    if kind == "noise":
        return rng.bytes(len(content))
    if kind == "page of zeros":
        content[page : page + 4096] = bytes(4096)
    else:
        place = page + rng.integers(64) if kind == "flip in a head" else rng.integers(len(content))
        content[place] ^= 1 << rng.integers(8)
    return content


def use(cache):
    """Read from and write to a cache, clear it, and fill it again."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fetched = [cache.fetch(KEYS, lambda at: map(make_row, at))]
        cache.fetch([b"new"], lambda at: [np.ones(3)])
        cache.clear()
        fetched.append(cache.fetch(KEYS, lambda at: map(make_row, at)))
    for rows in fetched:
        if not all(np.array_equal(row, make_row(number)) for number, row in enumerate(rows)):
            return "wrong"
    return "warned" if caught else "fine"


def read_hostile(kind, paths, megabytes):
    """Extract features of bad files with so much memory left.

    Returns
    -------
    endings : dict
        By path, what was raised.
    n_missing : int
        How many are missing, where bad ones are passed over.
    """
    extractor, good = {
        "images": (HOGExtractor(size=(32, 32)), np.zeros((40, 40, 3), dtype=np.uint8)),
        "sounds": (MFCCExtractor(), np.zeros(30_000)),
        "recordings": (SensorStatisticsExtractor(), np.zeros((30, 3))),
    }[kind]
    extractor.fit([good])
    try_one(extractor, paths[0])  # import what reads them
    status = Path("/proc/self/status").read_text().split()
    limit = 1024 * int(status[status.index("VmSize:") + 1]) + 10**6 * megabytes
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    endings = {path: try_one(extractor, path) for path in paths}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tolerant = clone(extractor).set_params(on_error="missing").fit([good])
        return endings, int(np.isnan(tolerant.transform(paths)).all(axis=1).sum())


def try_one(extractor, path):
    """The name of the error, if there is one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            extractor.transform([path])
    except Exception as error:
        return type(error).__name__
    return "fine"
