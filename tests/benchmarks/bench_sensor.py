"""CPU time of SensorStatisticsExtractor against loops of numpy and scipy calls.

One loop calls a function per channel, as is usual and as tsfel does; the other calls it once per
recording for all channels, which is the best a loop can do. Features agree to 1e-6.
"""

import platform
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
        stats.entropy(power) / np.log(len(power)),
        frequencies[np.argmax(power)],
        *(part.sum() for part in np.split(shares, band_starts(frequencies))),
    ]


def describe_recording(x):
    """The same for all channels at once."""
    frequencies = np.fft.rfftfreq(len(x), 1 / RATE)
    centered = x - x.mean(axis=0)
    power = np.abs(np.fft.rfft(centered, axis=0)) ** 2
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
            stats.entropy(power) / np.log(len(power)),
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


def cpu_seconds(function, recordings):
    start = process_time()
    block = function(recordings)
    return process_time() - start, block


def main():
    recordings = make_recordings()
    extractor = SensorStatisticsExtractor(sampling_rate=RATE, bands=N_BANDS).fit(recordings)
    functions = [extractor.transform, loop_over_channels, loop_over_recordings]
    extractor.transform(recordings)
    times = []
    with threadpool_limits(1):
        for _ in range(N_REPEATS):
            seconds, blocks = zip(*(cpu_seconds(f, recordings) for f in functions), strict=True)
            times.append(seconds)
    ours, *peers = map(median, zip(*times, strict=True))
    rows = {}
    for name, peer, block in zip(("channel", "recording"), peers, blocks[1:], strict=True):
        error = np.max(np.abs(blocks[0] - block) / np.maximum(np.abs(block), 1))
        rows[f"calls per {name}"] = {
            "peer [s]": peer,
            "skmm [s]": ours,
            "times as fast": peer / ours,
            "error": error,
        }
    table = pd.DataFrame(rows).T
    print(f"{SHAPE[0]} recordings of {SHAPE[1]} steps and {SHAPE[2]} channels")
    print(table.to_string(float_format="{:.3g}".format))
    print(f"numpy {np.__version__}, scipy {scipy.__version__}, {platform.machine()}, 1 thread")
    if (table["times as fast"] < FLOOR).any() or (table["error"] > 1e-6).any():
        raise SystemExit(f"less than {FLOOR} times as fast as a loop, or not its features")


if __name__ == "__main__":
    main()
