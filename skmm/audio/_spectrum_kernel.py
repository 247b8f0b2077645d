"""The powers of bands of frequencies, frame by frame, and their cosine transform, compiled.

The module imports numba: import it inside the function that needs it. All that is compiled together is
here, for numba looks for changes in one file before it takes what it compiled earlier.

Several frames go through all steps side by side, in lanes, so that every step is the same arithmetic on
neighboring numbers. A frame of 2n real samples is transformed as n complex points [1]_: even samples
are the real parts, odd samples the imaginary parts.

References
----------
.. [1] H. Sorensen, D. Jones, M. Heideman and C. Burrus, "Real-valued fast Fourier transform algorithms",
   IEEE Trans. ASSP 35(6), 1987.
"""

import numpy as np
from numba import njit

from skmm._compiled import compiled

# With twice the lanes a block outgrows the second cache; with half of them, what is done once per point,
# and not per lane, takes as long as the arithmetic.
LANES = 16
POINT = 2 * LANES  # numbers per complex point: real parts of all frames, then imaginary parts
UNROLLED = 4  # frequencies, or bands, added up at a time
LONGEST = 16_384  # samples of a frame: the stages of its transform are compiled one by one
NO_POWERS_OF_FOUR = 0b10_1010_1010_1010

# Fused multiply-add only: sums keep their order, and each frame is transformed on its own.
fused = {"fastmath": {"contract"}, "error_model": "numpy"}


@njit(**fused)
def load_frames(signal, starts, window, fours, points):
    """Multiply frames by the window, and write one per lane.

    Four frames at a time are interleaved, and these in turn put beside one another: a processor
    has instructions for either, and none for sixteen frames at once.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,)
    starts : ndarray of shape (LANES,), int
        The first sample of each frame.
    window : ndarray of shape (n_fft,)
    fours, points : ndarray of shape (n_fft * LANES,)
        Written to.
    """
    n_fft = len(window)
    for part in range(LANES // 4):
        h, i, j, k = starts[4 * part : 4 * part + 4]
        interleave(
            signal[h : h + n_fft],
            signal[i : i + n_fft],
            signal[j : j + n_fft],
            signal[k : k + n_fft],
            window,
            fours[part * 4 * n_fft : (part + 1) * 4 * n_fft],
        )
    for i in range(n_fft):
        for part in range(LANES // 4):
            four = fours[part * 4 * n_fft + 4 * i : part * 4 * n_fft + 4 * i + 4]
            lanes = points[i * LANES + 4 * part : i * LANES + 4 * part + 4]
            lanes[0], lanes[1], lanes[2], lanes[3] = four[0], four[1], four[2], four[3]


@njit(**fused)
def interleave(a, b, c, d, window, fours):
    for i in range(len(window)):
        weight = window[i]
        fours[4 * i] = a[i] * weight
        fours[4 * i + 1] = b[i] * weight
        fours[4 * i + 2] = c[i] * weight
        fours[4 * i + 3] = d[i] * weight


@njit(**fused)
def transform(points, roots):
    """Transform complex points in place, decimated in frequency, stage by stage."""
    n_points = len(points) // POINT
    if n_points & NO_POWERS_OF_FOUR:
        split_in_halves(points, roots)
    if n_points >= 4096:
        split_in_quarters(points, 4096, roots)
    if n_points >= 1024:
        split_in_quarters(points, 1024, roots)
    if n_points >= 256:
        split_in_quarters(points, 256, roots)
    if n_points >= 64:
        split_in_quarters(points, 64, roots)
    if n_points >= 16:
        split_in_quarters(points, 16, roots)
    if n_points >= 4:
        split_in_quarters(points, 4, roots)


@njit(**fused)
def split_in_halves(points, roots):
    """Split the transform into two of half the size: the first stage, where the size asks for it."""
    half = len(points) // 2
    for k in range(half // POINT):
        cos, sin = roots[2 * k, 0], roots[2 * k, 1]
        a = points[k * POINT : (k + 1) * POINT]
        b = points[half + k * POINT : half + (k + 1) * POINT]
        for re in range(LANES):
            im = re + LANES
            x, y = a[re] - b[re], a[im] - b[im]
            a[re], a[im] = a[re] + b[re], a[im] + b[im]
            b[re], b[im] = x * cos + y * sin, y * cos - x * sin


@njit(inline="always")
def split_in_quarters(points, size, roots):
    """Split each transform of `size` points into four of a quarter of the size.

    Where `size` is a constant, so is the distance of what is read and written together: the
    compiler need not have it checked, for every point, that nothing overlaps.
    """
    b, c, d = size // 4 * POINT, size // 2 * POINT, 3 * size // 4 * POINT
    step = len(roots) // size
    for first in range(0, len(points) // POINT, size):
        for k in range(size // 4):
            cos1, sin1 = roots[k * step, 0], roots[k * step, 1]
            cos2, sin2 = roots[2 * k * step, 0], roots[2 * k * step, 1]
            cos3, sin3 = roots[3 * k * step, 0], roots[3 * k * step, 1]
            point = points[(first + k) * POINT :]
            for re in range(LANES):
                im = re + LANES
                sum_ac_re, sum_ac_im = point[re] + point[c + re], point[im] + point[c + im]
                sum_bd_re, sum_bd_im = point[b + re] + point[d + re], point[b + im] + point[d + im]
                gap_ac_re, gap_ac_im = point[re] - point[c + re], point[im] - point[c + im]
                gap_bd_re, gap_bd_im = point[b + re] - point[d + re], point[b + im] - point[d + im]
                point[re], point[im] = sum_ac_re + sum_bd_re, sum_ac_im + sum_bd_im
                x, y = gap_ac_re + gap_bd_im, gap_ac_im - gap_bd_re
                point[b + re], point[b + im] = x * cos1 + y * sin1, y * cos1 - x * sin1
                x, y = sum_ac_re - sum_bd_re, sum_ac_im - sum_bd_im
                point[c + re], point[c + im] = x * cos2 + y * sin2, y * cos2 - x * sin2
                x, y = gap_ac_re - gap_bd_im, gap_ac_im + gap_bd_re
                point[d + re], point[d + im] = x * cos3 + y * sin3, y * cos3 - x * sin3


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
def add_bands(powers, starts, ends, weights, bands, loudest):
    """Write the sum of the weighted powers of each band, and the largest of these sums."""
    loudest[:] = 0
    end = 0
    for band in range(len(starts)):
        begin, end = end, ends[band]
        total = bands[band * LANES : (band + 1) * LANES]
        place = starts[band] * LANES
        for i in range(begin, end, UNROLLED):
            a, b, c, d = weights[i], weights[i + 1], weights[i + 2], weights[i + 3]
            row = powers[place : place + UNROLLED * LANES]
            place += UNROLLED * LANES
            for lane in range(len(total)):  # a constant would be unrolled, and not vectorized
                low = row[lane] * a + row[LANES + lane] * b
                high = row[2 * LANES + lane] * c + row[3 * LANES + lane] * d
                total[lane] = low + high if i == begin else total[lane] + (low + high)
        for lane in range(len(loudest)):
            loudest[lane] = max(loudest[lane], total[lane])


@compiled(**fused)
def measure_bands(signal, frames, window, roots, places, starts, ends, weights, *workspace):
    """Return the power of each band in frames of a signal.

    Parameters
    ----------
    signal : ndarray of shape (n_samples,), float32 or float64
    frames : ndarray of shape (n_blocks, LANES), int
        The first sample of each frame. All of them lie inside the signal.
    window, roots, places
        See :func:`skmm.audio._spectrum_tables.transform_tables`.
    starts, ends, weights
        See :func:`skmm.audio._spectrum_tables.filter_tables`.
    *workspace
        See :func:`skmm.audio._spectrum_tables.make_workspace`; written to.

    Returns
    -------
    bands : ndarray of shape (n_blocks, n_bands, LANES), of the dtype of `signal`
    loudest : ndarray of shape (n_blocks, LANES)
        The largest power of the bands of each frame.
    """
    fours, points, powers = workspace
    bands = np.empty((len(frames), len(starts) * LANES), dtype=signal.dtype)
    loudest = np.empty(frames.shape, dtype=signal.dtype)
    for block in range(len(frames)):
        load_frames(signal, frames[block], window, fours, points)
        transform(points, roots)
        measure_powers(points, places, roots, powers)
        add_bands(powers, starts, ends, weights, bands[block], loudest[block])
    return bands.reshape(len(frames), len(starts), LANES), loudest


@compiled(**fused)
def measure_coefficients(bands, floors, cosines, coefficients):
    """Write sums of the bands of each frame, weighted by cosines.

    Parameters
    ----------
    bands : ndarray of shape (n_blocks, n_bands, LANES)
    floors : ndarray of shape (n_blocks, LANES), of the dtype of `bands`
        To which bands count at least.
    cosines : ndarray of shape (n_fours, n_bands, UNROLLED), of the dtype of `bands`
        Of four coefficients at a time.
    coefficients : ndarray of shape (n_frames, n_coefficients), of the dtype of `bands`
        Written to.
    """
    n_bands, n_coefficients = bands.shape[1], coefficients.shape[1]
    totals = np.empty(UNROLLED * LANES, dtype=bands.dtype)
    for block in range(len(bands)):
        values, floor = bands[block].reshape(n_bands * LANES), floors[block]
        frames = coefficients[block * LANES : (block + 1) * LANES]
        for four in range(len(cosines)):
            weights = cosines[four].reshape(n_bands * UNROLLED)
            add_coefficients(values, floor, weights, totals)
            first = four * UNROLLED
            for i in range(min(UNROLLED, n_coefficients - first)):
                for lane in range(len(frames)):
                    frames[lane, first + i] = totals[i * LANES + lane]


@njit(**fused)
def add_coefficients(bands, floor, weights, totals):
    """Add up all bands for four coefficients, four bands at a time."""
    totals[:] = 0
    n_bands = len(bands) // LANES
    n_in_fours = n_bands - n_bands % UNROLLED
    for band in range(0, n_in_fours, UNROLLED):
        add_four_bands(bands[band * LANES :], floor, weights[band * UNROLLED :], totals)
    for band in range(n_in_fours, n_bands):
        for i in range(UNROLLED):
            for lane in range(LANES):
                value = max(bands[band * LANES + lane], floor[lane])
                totals[i * LANES + lane] += value * weights[band * UNROLLED + i]


@njit(inline="always")  # a call takes as long as what it does
def add_four_bands(bands, floor, weights, totals):
    a0, b0, c0, d0 = weights[0], weights[1], weights[2], weights[3]
    a1, b1, c1, d1 = weights[4], weights[5], weights[6], weights[7]
    a2, b2, c2, d2 = weights[8], weights[9], weights[10], weights[11]
    a3, b3, c3, d3 = weights[12], weights[13], weights[14], weights[15]
    for h in range(LANES):
        i, j, k = h + LANES, h + 2 * LANES, h + 3 * LANES
        w, x = max(bands[h], floor[h]), max(bands[i], floor[h])
        y, z = max(bands[j], floor[h]), max(bands[k], floor[h])
        totals[h] += (w * a0 + x * a1) + (y * a2 + z * a3)
        totals[i] += (w * b0 + x * b1) + (y * b2 + z * b3)
        totals[j] += (w * c0 + x * c1) + (y * c2 + z * c3)
        totals[k] += (w * d0 + x * d1) + (y * d2 + z * d3)
