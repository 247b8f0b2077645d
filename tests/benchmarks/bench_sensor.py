"""CPU time of SensorStatisticsExtractor against loops of numpy and scipy calls, and against tsfel.

One loop calls a function per channel, as is usual; the other calls it once per recording for all
channels, which is the best a loop can do. Of tsfel those features are taken that mean the same; its
spectral features do not (amplitudes where skmm has powers, the first large peak and not the largest).
Features agree to 1e-6.

tsfel is no dependency, and cannot be one: its wheel brings a package ``tests`` that hides this one.
``pip install --target FOLDER tsfel`` and ``SKMM_TSFEL=FOLDER`` let it be found.
"""

import os
import platform
import sys
from statistics import median
from time import process_time

import numpy as np
import pandas as pd
import scipy
from scipy import stats
from threadpoolctl import threadpool_limits

from skmm.sensor import SensorStatisticsExtractor

SHAPE = (2000, 180, 6)
RATE = 50.0
N_BANDS = 4
N_REPEATS = 3
FLOOR = 20


def make_recordings():
    """Random walks, whose channels have different offsets."""
    rng = np.random.default_rng(0)
    return rng.normal(size=SHAPE).cumsum(axis=1) / 10 + rng.normal(size=SHAPE[2])


def describe_channel(x):
    frequencies = np.fft.rfftfreq(len(x), 1 / RATE)
    power = np.abs(np.fft.rfft(x - np.mean(x))) ** 2
    power[1:-1] *= 2  # one side of the spectrum stands for both
    shares = power / power.sum()
    centered = x - x.mean()
    low, middle, high = np.quantile(x, [0.25, 0.5, 0.75])
    return [
        *(np.mean(x), np.std(x), np.min(x), np.max(x), middle, low, high, np.ptp(x)),
        np.sqrt(np.mean(x**2)),
        *(stats.skew(x), stats.kurtosis(x)),
        np.mean((x[1:] < 0) != (x[:-1] < 0)),
        stats.linregress(np.arange(len(x)) / RATE, x).slope,
        np.dot(centered[1:], centered[:-1]) / np.dot(centered, centered),
        np.average(frequencies, weights=power),
        stats.entropy(power[1:]) / np.log(len(power) - 1),
        frequencies[np.argmax(power)],
        *(part.sum() for part in np.split(shares, band_starts(frequencies))),
    ]


def describe_recording(x):
    """The same for all channels at once."""
    frequencies = np.fft.rfftfreq(len(x), 1 / RATE)
    centered = x - x.mean(axis=0)
    power = np.abs(np.fft.rfft(centered, axis=0)) ** 2
    power[1:-1] *= 2
    shares = power / power.sum(axis=0)
    low, middle, high = np.quantile(x, [0.25, 0.5, 0.75], axis=0)
    return np.stack(
        [
            *(x.mean(axis=0), x.std(axis=0), x.min(axis=0), x.max(axis=0), middle, low, high),
            *(np.ptp(x, axis=0), np.sqrt((x**2).mean(axis=0))),
            *(stats.skew(x), stats.kurtosis(x)),
            ((x[1:] < 0) != (x[:-1] < 0)).mean(axis=0),
            np.polyfit(np.arange(len(x)) / RATE, x, 1)[0],
            (centered[1:] * centered[:-1]).sum(axis=0) / (centered**2).sum(axis=0),
            frequencies @ shares,
            stats.entropy(power[1:]) / np.log(len(power) - 1),
            frequencies[power.argmax(axis=0)],
            *(part.sum(axis=0) for part in np.split(shares, band_starts(frequencies))),
        ]
    )


def band_starts(frequencies):
    return np.searchsorted(frequencies, np.arange(1, N_BANDS) * RATE / 2 / N_BANDS)


def describe_across(x):
    magnitude = np.linalg.norm(x, axis=1)
    correlation = np.corrcoef(x.T)[np.triu_indices(x.shape[1], 1)]
    return [magnitude.mean(), magnitude.std(), *correlation]


def loop_over_channels(recordings):
    return np.array([in_order([describe_channel(c) for c in x.T], x) for x in recordings])


def loop_over_recordings(recordings):
    return np.array([in_order(describe_recording(x).T, x) for x in recordings])


def in_order(by_channel, x):
    """The numbers of one recording in the order of skmm: measure by measure, bands by channel."""
    by_channel = np.asarray(by_channel)
    measures, bands = by_channel[:, :-N_BANDS], by_channel[:, -N_BANDS:]
    return np.concatenate([measures.T.ravel(), bands.ravel(), describe_across(x)])


# The name of the feature in tsfel, and by what it is multiplied to be ours.
TSFEL = {
    "mean": ("Mean", 1),
    "std": ("Standard deviation", 1),
    "min": ("Min", 1),
    "max": ("Max", 1),
    "median": ("Median", 1),
    "range": ("Peak to peak distance", 1),
    "rms": ("Root mean square", 1),
    "skewness": ("Skewness", 1),
    "kurtosis": ("Kurtosis", 1),
    "zero_crossings": ("Zero crossing rate", 1 / (SHAPE[1] - 1)),  # a number of steps
    "slope": ("Slope", RATE),  # per step
    "interquartile range": ("Interquartile range", 1),
}


def import_tsfel():
    """Return the module, or None if there is none."""
    sys.path.append(os.environ.get("SKMM_TSFEL", ""))
    try:
        import tsfel
    except ImportError as error:
        print(f"tsfel is not compared: {error}. Set SKMM_TSFEL to a folder that it is installed in")
        return None
    return tsfel


def use_tsfel(tsfel):
    """Return a function from recordings to features, measure by measure."""
    names = [name for name, _ in TSFEL.values()]
    settings = {
        domain: {name: feature for name, feature in features.items() if name in names}
        for domain, features in tsfel.get_features_by_domain().items()
    }
    columns = [f"{channel}_{name}" for name in names for channel in range(SHAPE[2])]
    factors = np.repeat([factor for _, factor in TSFEL.values()], SHAPE[2])

    def extract(recordings):
        table = tsfel.time_series_features_extractor(
            settings, list(recordings), fs=RATE, n_jobs=None, verbose=0
        )
        return table[columns].to_numpy() * factors

    return extract


def extract_as_tsfel(recordings):
    """The same features by skmm."""
    quartiles = ("q75", "q25")
    statistics = [name for name in TSFEL if name != "interquartile range"] + [*quartiles]
    extractor = SensorStatisticsExtractor(statistics, sampling_rate=RATE).fit(recordings)
    block = extractor.transform(recordings)
    *parts, high, low = np.split(block, len(statistics), axis=1)
    return np.concatenate([*parts, high - low], axis=1)


def compare(ours, theirs, recordings, n_repeats=N_REPEATS):
    """Return the medians of CPU time, of their paired ratios, and the largest difference."""
    ours(recordings[:1])  # import and compile
    runs = []
    for _ in range(n_repeats):
        (seconds, block), (peer_seconds, peer) = (
            cpu_seconds(f, recordings) for f in (ours, theirs)
        )
        runs.append((peer_seconds, seconds, peer_seconds / seconds))
    medians = map(median, zip(*runs, strict=True))
    row = dict(zip(("peer [s]", "skmm [s]", "times as fast"), medians, strict=True))
    return row | {"error": np.max(np.abs(block - peer) / np.maximum(np.abs(peer), 1))}


def cpu_seconds(function, recordings):
    start = process_time()
    block = function(recordings)
    return process_time() - start, block


def main():
    """Print the table; fail if features are slower than promised, or others."""
    recordings = make_recordings()
    extractor = SensorStatisticsExtractor(sampling_rate=RATE, bands=N_BANDS).fit(recordings)
    peers = {"per channel": loop_over_channels, "per recording": loop_over_recordings}
    with threadpool_limits(1):
        rows = {
            f"calls {name}": compare(extractor.transform, peer, recordings)
            for name, peer in peers.items()
        }
        if tsfel := import_tsfel():
            rows["tsfel"] = compare(extract_as_tsfel, use_tsfel(tsfel), recordings, n_repeats=1)
    table = pd.DataFrame(rows).T
    print(f"{SHAPE[0]} recordings of {SHAPE[1]} steps and {SHAPE[2]} channels")
    print(table.to_string(float_format="{:.3g}".format))
    print(f"numpy {np.__version__}, scipy {scipy.__version__}, {platform.machine()}, 1 thread")
    if (table["times as fast"] < FLOOR).any() or (table["error"] > 1e-6).any():
        raise SystemExit(f"less than {FLOOR} times as fast as a peer, or not its features")


if __name__ == "__main__":
    main()
