"""What a million samples cost: rates of one core, measured, and what follows from them.

    minutes = samples / (rate * cores * efficiency) / 60

Rates are samples per second of processor time in one process with one thread, the median of several
runs. Pictures and sounds are read from files, as those of a large table would be. Nothing is measured at
the size that is extrapolated to, and the efficiency is an assumption. What reads samples one by one can
be shared out among cores; one model is trained by one process.
"""

from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np
import pandas as pd
import soundfile
from PIL import Image
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from skmm import DeepFusionClassifier, LateFusionClassifier, make_frame
from skmm.audio import MFCCExtractor
from skmm.cache import FeatureCache
from skmm.image import CNNExtractor, HOGExtractor
from skmm.text import BagOfWordsVectorizer, Word2VecVectorizer

N_REPEATS = 5
N_FILES = 400
N_TEXTS = 5_000
N_ROWS = 4_000
WIDTHS = {"image": 324, "audio": 40, "text": 100}  # of the blocks that are fused
CORES, EFFICIENCY = 16, 0.8
MILLION = 1_000_000


def rate_of(function, n_samples):
    """Samples per second of processor time, median over runs; the first run is for compilers."""
    function()
    seconds = []
    for _ in range(N_REPEATS):
        start = process_time()
        function()
        seconds.append(process_time() - start)
    return n_samples / median(seconds)


def write_pictures(folder):
    """JPEG files of 256 x 256 pixels, smooth enough to be of the size of photos."""
    rng, paths = np.random.default_rng(0), []
    for number in range(N_FILES):
        small = Image.fromarray(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8))
        paths.append(str(folder / f"{number}.jpg"))
        small.resize((256, 256), Image.Resampling.BICUBIC).save(paths[-1], quality=90)
    return pd.Series(paths, name="image")


def write_clips(folder):
    """WAV files of two seconds at 16 kHz."""
    rng, paths = np.random.default_rng(1), []
    for number in range(N_FILES):
        paths.append(str(folder / f"{number}.wav"))
        soundfile.write(paths[-1], rng.normal(size=32_000) / 10, 16_000)
    return pd.Series(paths, name="audio")


def make_texts():
    """Texts of 20 words out of 10,000, frequent ones more often."""
    rng = np.random.default_rng(2)
    words = np.array([f"word{number}" for number in range(10_000)])
    ranks = np.minimum(rng.zipf(1.3, (N_TEXTS, 20)), len(words)) - 1
    return pd.Series([" ".join(row) for row in words[ranks]], name="text")


def make_blocks():
    """Blocks of numbers, and a class that they know something about."""
    rng = np.random.default_rng(3)
    y = rng.integers(0, 2, N_ROWS)
    blocks = {
        name: (rng.normal(size=(N_ROWS, width)) + 0.1 * y[:, np.newaxis]).astype(np.float32)
        for name, width in WIDTHS.items()
    }
    return make_frame(**blocks), y


def measure_extraction(folder):
    """(rate, bytes per row) of what turns samples into features."""
    images, clips, texts = write_pictures(folder), write_clips(folder), make_texts()
    hog, mfcc = HOGExtractor(size=(64, 64)), MFCCExtractor(20, sampling_rate=16_000)
    cnn = CNNExtractor(size=(32, 32), random_state=0)
    words = BagOfWordsVectorizer(max_features=5_000).fit(texts)
    vectors = Word2VecVectorizer(100, random_state=0).fit(texts)
    tasks = {
        "HOG, JPEG of 256 x 256": (hog.fit(images), images),
        "CNN of random filters, the same": (cnn.fit(images), images),
        "MFCC, WAV of 2 s": (mfcc.fit(clips), clips),
        "bag of words, 20 words": (words, texts),
        "mean word vectors, 20 words": (vectors, texts),
    }
    rows = {
        name: (rate_of(lambda e=e, c=c: e.transform(c), len(c)), n_bytes(e.transform(c[:50])))
        for name, (e, c) in tasks.items()
    }
    cached = HOGExtractor(size=(64, 64), memory=FeatureCache(folder / "rows")).fit(images)
    cached.transform(images)
    kept = cached.memory.info()
    hit = rate_of(lambda: cached.transform(images), len(images))
    return rows | {"HOG, found in the cache": (hit, kept["bytes"] / kept["entries"])}


def n_bytes(block):
    """Bytes per row: those of a dense block, or of the values and columns of a sparse one."""
    if isinstance(block, np.ndarray):
        return block.nbytes / len(block)
    return (block.data.nbytes + block.indices.nbytes) / block.shape[0]


def measure_training():
    """(rate, bytes per row) of what learns from blocks and predicts."""
    X, y = make_blocks()
    size = 4 * sum(WIDTHS.values())
    late = LateFusionClassifier([(name, LogisticRegression(max_iter=200)) for name in WIDTHS])
    deep = DeepFusionClassifier(max_epochs=3, random_state=0)
    return {
        "late fusion, fit": (rate_of(lambda: late.fit(X, y), N_ROWS), size),
        "late fusion, predict": (rate_of(lambda: late.predict_proba(X), N_ROWS), size),
        "deep fusion, fit, per epoch": (rate_of(lambda: deep.fit(X, y), 3 * N_ROWS), size),
        "deep fusion, predict": (rate_of(lambda: deep.predict_proba(X), N_ROWS), size),
    }


def main():
    """Print rates, and what a million samples take."""
    with TemporaryDirectory() as folder, threadpool_limits(1):
        rows = measure_extraction(Path(folder)) | measure_training()
    table = pd.DataFrame(rows, index=["rate [1/s]", "bytes per row"]).T
    table["one core [min]"] = MILLION / table["rate [1/s]"] / 60
    table[f"{CORES} cores [min]"] = table["one core [min]"] / (CORES * EFFICIENCY)
    table.loc[table.index.str.contains("fit"), f"{CORES} cores [min]"] = np.nan
    table["storage [GB]"] = MILLION * table["bytes per row"] / 1e9
    print(table.round({"rate [1/s]": 0, "bytes per row": 0}).round(2).to_string(na_rep="-"))
    print(f"median of {N_REPEATS} runs, 1 thread, efficiency {EFFICIENCY} on {CORES} cores")


if __name__ == "__main__":
    main()
