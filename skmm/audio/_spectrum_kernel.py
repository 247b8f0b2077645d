"""The powers of bands of frequencies, frame by frame, compiled.

The module imports numba: import it inside the function that needs it.

Several frames go through the Fourier transform side by side, in lanes, so that every step is the same
arithmetic on neighboring numbers. A frame of 2n real samples is transformed as n complex points [1]_:
even samples are the real parts, odd samples the imaginary parts.

References
----------
.. [1] H. Sorensen, D. Jones, M. Heideman and C. Burrus, "Real-valued fast Fourier transform algorithms",
   IEEE Trans. ASSP 35(6), 1987.
"""

import numpy as np
from numba import njit

# Twice the lanes leave more of them empty for short clips; with half of them, what is done once per
# point, and not per lane, takes as long as the arithmetic.
LANES = 32
POINT = 2 * LANES  # numbers per complex point: real parts of all frames, then imaginary parts
UNROLLED = 4  # frequencies added up at a time

# Fused multiply-add only: sums keep their order, and each clip is transformed on its own.
fused = {"fastmath": {"contract"}, "error_model": "numpy"}


def is_covered(n_fft):
    """Tell whether the kernel transforms frames of this length: powers of two, from 4."""
    return n_fft >= 4 and n_fft & (n_fft - 1) == 0


def transform_tables(n_fft, dtype):
    """Return what the Fourier transform of frames of `n_fft` samples looks up.

    Parameters
    ----------
    n_fft : int
        A power of two.
    dtype : dtype

    Returns
    -------
    roots : ndarray of shape (n_fft, 2)
        Cosine and sine of ``2 pi k / n_fft``.
    places : ndarray of shape (n_fft // 2,), int
        Where in the transformed points each frequency is.
    """
    n_points = n_fft // 2
    angles = 2 * np.pi * np.arange(n_fft) / n_fft
    frequencies = np.zeros(1, dtype=int)
    if n_points.bit_length() % 2 == 0:  # an odd power of two ends in a stage of pairs
        frequencies = np.arange(2)
    while len(frequencies) < n_points:
        frequencies = np.concatenate([4 * frequencies + rest for rest in range(4)])
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(dtype), frequencies.argsort()


def filter_tables(filters, dtype):
    """Return a bank of filters as the kernel reads it.

    Parameters
    ----------
    filters : csr_array of shape (n_bands, n_frequencies)
        Each band is a run of neighboring frequencies.
    dtype : dtype

    Returns
    -------
    starts : ndarray of shape (n_bands,), int
        The first frequency of each band.
    ends : ndarray of shape (n_bands,), int
        Where the weights of each band end.
    weights : ndarray, dtype
        Weights of all bands, each filled up with zeros to a multiple of four.
    """
    widths = np.diff(filters.indptr)
    padded = -(-widths // UNROLLED) * UNROLLED
    ends = np.cumsum(padded)
    weights = np.zeros(ends[-1], dtype=dtype)
    inside = np.repeat(ends - padded - filters.indptr[:-1], widths)
    weights[inside + np.arange(filters.nnz)] = filters.data
    starts = np.zeros(len(widths), dtype=int)
    starts[widths > 0] = filters.indices[filters.indptr[:-1][widths > 0]]
    return starts, ends, weights


def make_workspace(n_fft, dtype):
    """Return room for the points and the powers of one group of frames, to be used for all clips."""
    n_points = n_fft // 2
    # Reading four powers at a time may reach beyond the last, where weights are zero.
    return np.zeros(n_points * POINT, dtype), np.zeros((n_points + UNROLLED) * LANES, dtype)


@njit(**fused)
def load_frames(clip, first, last, hop_length, window, points):
    """Write windowed frames from `first` on, one per lane; lanes beyond `last` repeat it."""
    for k in range(0, len(window) // 2, 2):
        w0, w1, w2, w3 = window[2 * k], window[2 * k + 1], window[2 * k + 2], window[2 * k + 3]
        pair = points[k * POINT : (k + 2) * POINT]
        for lane in range(LANES):
            start = min(first + lane, last) * hop_length + 2 * k
            samples = clip[start : start + 4]
            pair[lane], pair[LANES + lane] = samples[0] * w0, samples[1] * w1
            pair[POINT + lane], pair[POINT + LANES + lane] = samples[2] * w2, samples[3] * w3


@njit(**fused)
def transform_quarters(points, n_points, size, roots):
    """Split transforms of `size` points into four of a quarter: one stage, decimated in frequency."""
    quarter = size // 4
    step = 2 * n_points // size
    for k in range(quarter):
        cos1, sin1 = roots[k * step, 0], roots[k * step, 1]
        cos2, sin2 = roots[2 * k * step, 0], roots[2 * k * step, 1]
        cos3, sin3 = roots[3 * k * step, 0], roots[3 * k * step, 1]
        for place in range(k, n_points, size):
            a = points[place * POINT : (place + 1) * POINT]
            b = points[(place + quarter) * POINT : (place + quarter + 1) * POINT]
            c = points[(place + 2 * quarter) * POINT : (place + 2 * quarter + 1) * POINT]
            d = points[(place + 3 * quarter) * POINT : (place + 3 * quarter + 1) * POINT]
            for re in range(LANES):
                im = re + LANES
                sum_ac_re, sum_ac_im = a[re] + c[re], a[im] + c[im]
                sum_bd_re, sum_bd_im = b[re] + d[re], b[im] + d[im]
                gap_ac_re, gap_ac_im = a[re] - c[re], a[im] - c[im]
                gap_bd_re, gap_bd_im = b[re] - d[re], b[im] - d[im]
                a[re], a[im] = sum_ac_re + sum_bd_re, sum_ac_im + sum_bd_im
                x, y = gap_ac_re + gap_bd_im, gap_ac_im - gap_bd_re
                b[re], b[im] = x * cos1 + y * sin1, y * cos1 - x * sin1
                x, y = sum_ac_re - sum_bd_re, sum_ac_im - sum_bd_im
                c[re], c[im] = x * cos2 + y * sin2, y * cos2 - x * sin2
                x, y = gap_ac_re - gap_bd_im, gap_ac_im + gap_bd_re
                d[re], d[im] = x * cos3 + y * sin3, y * cos3 - x * sin3


@njit(**fused)
def transform_pairs(points, n_points):
    """Do the last stage, where it is one of pairs."""
    for place in range(0, n_points, 2):
        a = points[place * POINT : (place + 1) * POINT]
        b = points[(place + 1) * POINT : (place + 2) * POINT]
        for i in range(POINT):
            a[i], b[i] = a[i] + b[i], a[i] - b[i]


@njit(**fused)
def measure_powers(points, places, roots, powers):
    """Write the power of each frequency of the real frames.

    With z the transform of the complex points, ``even = (z[k] + conj(z[n - k])) / 2`` is that of the
    even samples, ``odd = (z[k] - conj(z[n - k])) / 2i`` that of the odd ones, and the sum and the
    difference of `even` and ``odd * exp(-i pi k / n)`` belong to the frequencies k and n - k.
    """
    n_points = len(places)
    half = points.dtype.type(0.5)
    for lane in range(LANES):
        even, odd = points[lane], points[LANES + lane]
        powers[lane] = (even + odd) ** 2
        powers[n_points * LANES + lane] = (even - odd) ** 2
    for k in range(1, n_points // 2 + 1):
        cos, sin = roots[k, 0], roots[k, 1]
        z = points[places[k] * POINT : (places[k] + 1) * POINT]
        w = points[places[n_points - k] * POINT : (places[n_points - k] + 1) * POINT]
        low = powers[k * LANES : (k + 1) * LANES]
        high = powers[(n_points - k) * LANES : (n_points - k + 1) * LANES]
        for re in range(LANES):
            im = re + LANES
            even_re, even_im = (z[re] + w[re]) * half, (z[im] - w[im]) * half
            odd_re, odd_im = (z[im] + w[im]) * half, (w[re] - z[re]) * half
            x, y = odd_re * cos + odd_im * sin, odd_im * cos - odd_re * sin
            sum_re, sum_im = even_re + x, even_im + y
            gap_re, gap_im = even_re - x, even_im - y
            low[re] = sum_re * sum_re + sum_im * sum_im
            high[re] = gap_re * gap_re + gap_im * gap_im


@njit(**fused)
def add_bands(powers, starts, ends, weights, totals, bands):
    """Add up the powers of each band, and write them for as many frames as `bands` has rows."""
    end = 0
    for band in range(len(starts)):
        begin, end = end, ends[band]
        totals[:] = 0
        for i in range(begin, end, UNROLLED):
            a, b, c, d = weights[i], weights[i + 1], weights[i + 2], weights[i + 3]
            start = (starts[band] + i - begin) * LANES
            row = powers[start : start + UNROLLED * LANES]
            for lane in range(len(totals)):  # a constant would be unrolled, and not vectorized
                low = row[lane] * a + row[LANES + lane] * b
                totals[lane] += low + (row[2 * LANES + lane] * c + row[3 * LANES + lane] * d)
        for lane in range(len(bands)):
            bands[lane, band] = totals[lane]


@njit(cache=True, nogil=True, **fused)
def measure_bands(clip, hop_length, window, roots, places, starts, ends, weights, points, powers):
    """Return the power of each band in each frame that lies inside a clip.

    Parameters
    ----------
    clip : ndarray of shape (n_samples,), float32 or float64
        Not shorter than a frame.
    hop_length : int
        Samples from the start of one frame to the start of the next.
    window : ndarray of shape (n_fft,), of the dtype of `clip`
    roots, places
        See :func:`transform_tables`.
    starts, ends, weights
        See :func:`filter_tables`.
    points, powers
        See :func:`make_workspace`; written to.

    Returns
    -------
    bands : ndarray of shape (n_frames, n_bands), of the dtype of `clip`
    """
    n_points = len(places)
    n_frames = 1 + (len(clip) - len(window)) // hop_length
    totals = np.empty(LANES, dtype=clip.dtype)
    bands = np.empty((n_frames, len(starts)), dtype=clip.dtype)
    for first in range(0, n_frames, LANES):
        load_frames(clip, first, n_frames - 1, hop_length, window, points)
        size = n_points
        while size >= 4:
            transform_quarters(points, n_points, size, roots)
            size //= 4
        if size == 2:
            transform_pairs(points, n_points)
        measure_powers(points, places, roots, powers)
        add_bands(powers, starts, ends, weights, totals, bands[first : first + LANES])
    return bands
