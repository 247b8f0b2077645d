"""CPU time of the extractors of audio against a loop over librosa's functions, clip by clip."""

import platform
from functools import partial
from statistics import median
from time import process_time

import librosa
import numpy as np
import pandas as pd
import scipy
from threadpoolctl import threadpool_limits

from skmm.audio import MelSpectrogramExtractor, MFCCExtractor, STFTExtractor

N_REPEATS = 7
CLIPS = {"1 s at 16 kHz": (64, 16_000, 16_000), "10 s at 22.05 kHz": (8, 220_500, 22_050)}
FLOORS = {"1 s at 16 kHz": 9, "10 s at 22.05 kHz": 2.8}  # times as fast, of the coefficients
DTYPES = {"single": np.float32, "double": np.float64}
TOLERANCES = {"single": 2e-3, "double": 1e-4}  # of the coefficients


def librosa_mfcc(clip, rate):
    return librosa.feature.mfcc(y=clip, sr=rate)


def librosa_mel(clip, rate):
    return librosa.power_to_db(librosa.feature.melspectrogram(y=clip, sr=rate, n_mels=64))


def librosa_stft(clip, rate):
    return librosa.amplitude_to_db(np.abs(librosa.stft(clip)))


PEERS = {
    MFCCExtractor: librosa_mfcc,
    MelSpectrogramExtractor: librosa_mel,
    STFTExtractor: librosa_stft,
}


def make_clips(n_clips, n_samples, rate):
    """Tones of falling loudness in noise, so that there is something to cut at 80 decibels."""
    rng = np.random.default_rng(0)
    time = np.arange(n_samples) / rate
    tones = np.sin(2 * np.pi * rng.uniform(100, 4_000, (n_clips, 1)) * time) * np.exp(-6 * time)
    return list((tones + 1e-3 * rng.normal(size=tones.shape)).astype(np.float32))


def loop(peer, rate, clips):
    return np.stack([peer(clip, rate).T for clip in clips])


def cpu_seconds(function, clips):
    start = process_time()
    function(clips)
    return process_time() - start


def compare(extractor, peer, clips, rate):
    """Return the medians of CPU time, of their paired ratios, and the largest difference."""
    clips = [clip.astype(DTYPES[extractor.precision]) for clip in clips]
    functions = [extractor.fit(clips).transform, partial(loop, peer, rate)]
    ours, theirs = (function(clips) for function in functions)
    runs = [[cpu_seconds(f, clips) for f in functions] for _ in range(N_REPEATS)]
    times = np.array(runs) / len(clips) * 1e3
    return {
        "librosa [ms/clip]": median(times[:, 1]),
        "skmm [ms/clip]": median(times[:, 0]),
        "times as fast": median(times[:, 1] / times[:, 0]),
        "error": np.abs(ours - theirs).max(),
    }


def main():
    """Print the table; fail if coefficients are slower than promised, or others."""
    rows, missed = {}, []
    with threadpool_limits(1):
        for length, (n_clips, n_samples, rate) in CLIPS.items():
            clips = make_clips(n_clips, n_samples, rate)
            for cls, peer in PEERS.items():
                for precision in DTYPES:
                    extractor = cls(sampling_rate=rate, pool=None, precision=precision)
                    row = compare(extractor, peer, clips, rate)
                    rows[cls.__name__, length, precision] = row
                    if cls is not MFCCExtractor:
                        continue
                    is_slow = precision == "single" and row["times as fast"] < FLOORS[length]
                    if is_slow or row["error"] > TOLERANCES[precision]:
                        missed.append(f"{length}, {precision}")
    print(pd.DataFrame(rows).T.to_string(float_format="{:.3g}".format))
    print(
        f"librosa {librosa.__version__}, numpy {np.__version__}, scipy {scipy.__version__}, "
        f"{platform.machine()}, 1 thread"
    )
    if missed:
        raise SystemExit(f"coefficients too slow, or too far from librosa: {'; '.join(missed)}")


if __name__ == "__main__":
    main()
