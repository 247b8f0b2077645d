"""Histograms of oriented gradients of many images at a time, compiled.

The stages are those of scikit-image, the oracle of the tests. The module imports numba: import it
inside the function that needs it. All kernels are in this one file, for numba does not see that a
kernel in another one has changed.
"""

from functools import lru_cache

import numpy as np
from numba import float32, float64, njit, types
from numba.extending import overload

from skmm._compiled import compiled

NORMS = ("L1", "L1-sqrt", "L2", "L2-Hys")
L1, L1_SQRT, L2, L2_HYS = range(len(NORMS))
EPSILON = float32(1e-5)  # keeps blocks without gradients at zero
CLIP = float32(0.2)  # of L2-Hys
ZERO, ONE = float32(0), float32(1)
WHITE = float32(255)

COLUMNS = 384  # images stand side by side up to this width: long loops, and all stays in cache
ROWS = 16  # float32 votes are taken down after as many rows, before rounding errors add up
CHANNEL = COLUMNS + 2  # from a channel of a line to the next

BOUNDS = 4  # between the ranges of angles that are counted at a time
RANGES = BOUNDS + 1
COUNTS = 2 * RANGES  # each for gradients that rise and for those that fall
# From the votes for a range to those for the next. With a multiple of 128, as COLUMNS is one, processors
# may take the reading of one for the reading of another, and wait.
RANGE = COLUMNS + 32
NOTHING = float32(-0.0)  # x + NOTHING is x, also for x = -0.0, so that nothing need be added

STRICT = {"error_model": "numpy"}
# Sums may be taken in any order, which is fixed when compiling; nothing else is relaxed.
REASSOCIATED = {"error_model": "numpy", "fastmath": {"reassoc", "nsz"}}


def describe(images, orientations, pixels_per_cell, cells_per_block, block_norm):
    """Describe images of one shape, each as :func:`skimage.feature.hog` does.

    Parameters
    ----------
    images : ndarray of shape (n_images, height, width) or (n_images, height, width, 3)
        float32, or uint8, which is divided by 255. Not smaller than one block.
    orientations : int
    pixels_per_cell, cells_per_block : (int, int)
    block_norm : {"L1", "L1-sqrt", "L2", "L2-Hys"}

    Returns
    -------
    features : ndarray of shape (n_images, n_features), float32
        Along block rows, block columns, cell rows and columns of a block, orientations.
    """
    n_images, height, width = images.shape[:3]
    block_height, block_width = cells_per_block
    n_rows = height // pixels_per_cell[0] - block_height + 1
    n_columns = width // pixels_per_cell[1] - block_width + 1
    n_features = n_rows * n_columns * block_height * block_width * orientations
    features = np.empty((n_images, n_features), dtype=np.float32)
    rows = np.ascontiguousarray(images).reshape(n_images, height, -1).view()
    rows.flags.writeable = False  # one compiled version serves writable and read-only images
    slopes, bins = _ranges(orientations)
    _describe(
        rows,
        width,
        slopes,
        bins,
        orientations % 2 == 0,
        *pixels_per_cell,
        *cells_per_block,
        orientations,
        NORMS.index(block_norm),
        features,
    )
    return features


@lru_cache(maxsize=16)
def _ranges(orientations):
    """Return the ranges of angles that are counted, and the bins that they belong to.

    Returns
    -------
    slopes : ndarray of shape (n_passes, 2, BOUNDS), float32
        The tangents of the angles up to 90 degrees where bins begin, and what they lose by rounding.
        With more than BOUNDS of them the image is gone through again, from the last bound on.
    bins : ndarray of shape (n_passes, COUNTS), int
        The bins of the ranges below, between and above the bounds, first for gradients that rise.
        -1 for a range that another pass counts.
    """
    tangents = np.tan(np.deg2rad(180.0 / orientations * np.arange(1, orientations // 2 + 1)))
    n_passes = max(1, -(-(len(tangents) - 1) // (BOUNDS - 1)))
    slopes = np.full((2, n_passes * (BOUNDS - 1) + 1), np.inf, dtype=np.float32)
    slopes[0, : len(tangents)] = tangents
    slopes[1] = 0
    slopes[1, : len(tangents)] = tangents - slopes[0, : len(tangents)]
    starts = np.arange(n_passes)[:, None] * (BOUNDS - 1)
    ranges = starts + np.arange(RANGES)
    last = orientations - 1
    falling = last - ranges if orientations % 2 else np.minimum(orientations // 2 + ranges, last)
    bins = np.concatenate([ranges, falling], axis=1)
    counted = ranges <= len(tangents)
    counted[1:, 0] = counted[:-1, -1] = False
    bins[~np.tile(counted, 2)] = -1
    return np.stack([slopes[:, start : start + BOUNDS] for start in starts[:, 0]]), bins


def _unit(pixel):
    """Bring a byte to [0, 1], as the reader does; floats stay as they are."""


@overload(_unit)
def _compile_unit(pixel):
    if pixel == types.uint8:
        return lambda pixel: float32(pixel) / WHITE
    return lambda pixel: pixel


@njit(**REASSOCIATED)
def _touch(images):
    """Read all pixels in their order, which the processor foresees: later they are in its cache."""
    pixels, total = images.reshape(-1), ZERO
    for i in range(len(pixels)):
        total += float32(pixels[i])
    return total


@njit(**STRICT)
def _load_line(images, y, first, n_columns, width, line):
    """Write row `y` of the images side by side: `n_columns` from `first` on, and those next to them.

    Beyond its upper and its lower border an image is its own mirror image: gradients are zero there.
    """
    n_images, height, n_values = images.shape
    y = abs(min(y, 2 * (height - 1) - y)) if height > 1 else 0
    start, stop = max(first - 1, 0), min(first + n_columns + 1, width)
    for n in range(n_images):
        place = 1 + n * n_columns + start - first
        if n_values == width:
            source, gray = images[n, y, start:stop], line[place : place + stop - start]
            for x in range(len(gray)):
                gray[x] = _unit(source[x])
        else:
            source, red = images[n, y, 3 * start : 3 * stop], line[place : place + stop - start]
            green, blue = line[CHANNEL + place :], line[2 * CHANNEL + place :]
            for x in range(len(red)):
                red[x], green[x] = _unit(source[3 * x]), _unit(source[3 * x + 1])
                blue[x] = _unit(source[3 * x + 2])


@njit(error_model="numpy", fastmath={"contract"})
def _is_past(steep, flat, tangent, rest):
    """Tell whether the angle with ``tan(angle) = steep / flat`` has reached a bound.

    The difference is rounded once, and what rounding took from the tangent is compared with it: so the
    answer is that of twice the digits.
    """
    return steep - flat * tangent >= flat * rest


@njit(**STRICT)
def _vote(across, down, magnitude, slopes, is_even, votes, x):
    """Add the magnitude of a gradient to the votes of pixel column `x` for the range it points to.

    The angle is that to the horizontal. Gradients that fall are counted from the end of the bins, or,
    where 90 degrees is a bound, by their angle to the vertical: so that what lies on a bound, as
    gradients on diagonals do, is in the bin that begins there.
    """
    tangents, rests = slopes
    falls = across * down < ZERO
    flat, steep = abs(across), abs(down)
    turned = falls & is_even
    flat, steep = steep if turned else flat, flat if turned else steep
    past0 = _is_past(steep, flat, tangents[0], rests[0])
    past1 = _is_past(steep, flat, tangents[1], rests[1])
    past2 = _is_past(steep, flat, tangents[2], rests[2])
    past3 = _is_past(steep, flat, tangents[3], rests[3])
    in0, in1, in2, in3 = past0 ^ True, past0 ^ past1, past1 ^ past2, past2 ^ past3
    rising, falling = NOTHING if falls else magnitude, magnitude if falls else NOTHING
    votes[x] += rising if in0 else NOTHING
    votes[RANGE + x] += rising if in1 else NOTHING
    votes[2 * RANGE + x] += rising if in2 else NOTHING
    votes[3 * RANGE + x] += rising if in3 else NOTHING
    votes[4 * RANGE + x] += rising if past3 else NOTHING
    votes[5 * RANGE + x] += falling if in0 else NOTHING
    votes[6 * RANGE + x] += falling if in1 else NOTHING
    votes[7 * RANGE + x] += falling if in2 else NOTHING
    votes[8 * RANGE + x] += falling if in3 else NOTHING
    votes[9 * RANGE + x] += falling if past3 else NOTHING


@njit(**STRICT)
def _unpack(slopes):
    tangents, rests = slopes[0], slopes[1]
    return (
        (tangents[0], tangents[1], tangents[2], tangents[3]),
        (rests[0], rests[1], rests[2], rests[3]),
    )


@njit(**STRICT)
def _vote_gray(lines, y, inside, slopes, is_even, votes):
    """Let each pixel of a line vote, with its central differences."""
    above, here, below = lines[y - 1], lines[y], lines[y + 1]
    bounds = _unpack(slopes)
    for x in range(len(inside)):
        a, b = (here[x + 2] - here[x]) * inside[x], below[x + 1] - above[x + 1]
        _vote(a, b, np.sqrt(a * a + b * b), bounds, is_even, votes, x)


@njit(**STRICT)
def _gradient(above, here, below, inside, channel, x):
    """Return the central differences in one channel, and their magnitude.

    It is rounded only once, as hypot of the C library does: of the colors the strongest must win, and
    of equally strong ones the first.
    """
    place = channel * CHANNEL + x
    a, b = (here[place + 2] - here[place]) * inside[x], below[place + 1] - above[place + 1]
    return a, b, float32(np.sqrt(float64(a) * float64(a) + float64(b) * float64(b)))


@njit(**STRICT)
def _vote_color(lines, y, inside, slopes, is_even, votes):
    """Let each pixel of a line vote, with the central differences of its strongest channel."""
    above, here, below = lines[y - 1], lines[y], lines[y + 1]
    bounds = _unpack(slopes)
    for x in range(len(inside)):
        a, b, magnitude = _gradient(above, here, below, inside, 0, x)
        for channel in (1, 2):
            other_a, other_b, other = _gradient(above, here, below, inside, channel, x)
            stronger = other > magnitude
            a, b = other_a if stronger else a, other_b if stronger else b
            magnitude = other if stronger else magnitude
        _vote(a, b, magnitude, bounds, is_even, votes, x)


@njit(**STRICT)
def _add_neighbors(numbers, sums, size):
    """Write the sums of pairs among the first `size` numbers."""
    for i in range(size // 2):
        sums[i] = numbers[2 * i] + numbers[2 * i + 1]


@njit(**STRICT)
def _add_columns(votes, cell_width, scale, cells, k):
    """Add `scale` times the sums of `cell_width` neighbors to bin `k` of the cells."""
    for j in range(len(cells)):
        total = votes[j * cell_width]
        for x in range(j * cell_width + 1, (j + 1) * cell_width):
            total += votes[x]
        cells[j, k] += total * scale


@njit(**STRICT)
def _take_down(votes, sums, cell_width, bins, scale, cells):
    """Add the votes of the pixel columns of each cell to `cells`, (n_cells, n_bins).

    Neighboring columns are added up, all at once, as long as a cell has an even number of them.
    """
    step, are_votes = RANGE, True
    while cell_width % 2 == 0 and step % 2 == 0:
        if are_votes:
            _add_neighbors(votes, sums, COUNTS * step)
        else:
            _add_neighbors(sums, votes, COUNTS * step)
        step, cell_width, are_votes = step // 2, cell_width // 2, not are_votes
    totals = votes if are_votes else sums
    for k in range(COUNTS):
        if bins[k] >= 0:
            _add_columns(totals[k * step :], cell_width, scale, cells, bins[k])


@njit(**STRICT)
def _next_tile(first, width, cell_width):
    """Return where the columns end that are counted together: whole cells, if they fit."""
    if cell_width > COLUMNS:
        return min(first + COLUMNS, (first // cell_width + 1) * cell_width)
    return min(first + COLUMNS // cell_width * cell_width, width)


@njit(**STRICT)
def _mark_inside(n_images, n_columns, first, width):
    """Return a line of ones, and zeros at the left and the right border of each image."""
    inside = np.ones(n_images * n_columns, dtype=np.float32)
    for start in range(0, len(inside), n_columns):
        if first == 0:
            inside[start] = ZERO
        if first < width <= first + n_columns:
            inside[start + width - 1 - first] = ZERO
    return inside


@njit(**STRICT)
def _histograms(images, width, n_bins, slopes, bins, is_even, cell_height, cell_width):
    """Return the mean magnitudes by cell row, image and cell column, and bin.

    The last column of cells of an image may be one of leftover pixels.
    """
    n_images, height, n_values = images.shape
    n_rows, n_cells = height // cell_height, -(-width // cell_width)
    scale = float32(1 / (cell_height * cell_width))
    histograms = np.zeros((n_rows, n_images * n_cells, n_bins), dtype=np.float32)
    lines = np.zeros((min(cell_height, ROWS) + 2, n_values // width * CHANNEL), dtype=np.float32)
    votes = np.empty(COUNTS * RANGE, dtype=np.float32)
    sums = np.empty(COUNTS * RANGE, dtype=np.float32)
    votes[0] = _touch(images)  # written, or it would not be read
    first = 0
    while first < width:
        end = _next_tile(first, n_cells * cell_width, cell_width)
        n_columns = end - first
        inside = _mark_inside(n_images, n_columns, first, width)
        tile_width = min(cell_width, n_columns)
        left = first // cell_width
        right = left + n_images * n_columns // tile_width
        for i in range(n_rows):
            bottom = (i + 1) * cell_height
            for top in range(i * cell_height, bottom, ROWS):
                n_lines = min(ROWS, bottom - top)
                for y in range(n_lines + 2):
                    _load_line(images, top + y - 1, first, n_columns, width, lines[y])
                for k in range(len(slopes)):
                    votes[:] = ZERO
                    for y in range(n_lines):
                        if n_values == width:
                            _vote_gray(lines, y + 1, inside, slopes[k], is_even, votes)
                        else:
                            _vote_color(lines, y + 1, inside, slopes[k], is_even, votes)
                    _take_down(votes, sums, tile_width, bins[k], scale, histograms[i, left:right])
        first = end
    return histograms


@njit(**REASSOCIATED)
def _strengths(cells, is_l1):
    """Return by cell the sum of its values, or of their squares: what norms of blocks are made of."""
    n_rows, n_columns, n_bins = cells.shape
    strengths = np.empty((n_rows, n_columns), dtype=np.float32)
    for i in range(n_rows):
        for j in range(n_columns):
            total = ZERO
            for k in range(n_bins):
                value = cells[i, j, k]
                total += value if is_l1 else value * value
            strengths[i, j] = total
    return strengths


@njit(**STRICT)
def _inverse_norm(strength, is_l1):
    return ONE / (strength + EPSILON if is_l1 else np.sqrt(strength + EPSILON * EPSILON))


@njit(**REASSOCIATED)
def _normalize_row(cells, strengths, first, block_height, block_width, n_bins, norm, features):
    """Write the normalized blocks of one row of blocks, one after the other.

    Parameters
    ----------
    cells : ndarray of shape (n_rows, n_cells * n_bins)
    strengths : ndarray of shape (n_rows, n_cells)
    first : (int, int)
        Cell row and column of the first block.
    features : ndarray of shape (n_blocks * block_height * block_width * n_bins,)
    """
    strip = block_width * n_bins
    size = block_height * strip
    n_blocks = len(features) // size
    is_l1, clip = norm in (L1, L1_SQRT), CLIP if norm == L2_HYS else float32(np.inf)
    factors = np.empty(n_blocks, dtype=np.float32)
    for j in range(n_blocks):
        strength = ZERO
        for i in range(block_height):
            for k in range(block_width):
                strength += strengths[first[0] + i, first[1] + j + k]
        factors[j] = _inverse_norm(strength, is_l1)
    for j in range(n_blocks):
        factor, start = factors[j], (first[1] + j) * n_bins
        for i in range(block_height):
            source = cells[first[0] + i, start : start + strip]
            target = features[j * size + i * strip : j * size + (i + 1) * strip]
            for x in range(strip):
                target[x] = min(source[x] * factor, clip)
    if norm == L2_HYS:  # once more, after the clipping
        # A loop that adds up must not write: where what it reads and what it writes lie close in
        # memory, it is run one by one, and the sum ends in another bit.
        for j in range(n_blocks):
            block, strength = features[j * size : (j + 1) * size], ZERO
            for x in range(size):
                strength += block[x] * block[x]
            factors[j] = strength
        for j in range(n_blocks):
            factors[j] = _inverse_norm(factors[j], is_l1)
        for j in range(n_blocks):
            block, factor = features[j * size : (j + 1) * size], factors[j]
            for x in range(size):
                block[x] *= factor
    elif norm == L1_SQRT:
        for x in range(len(features)):
            features[x] = np.sqrt(features[x])


@compiled(**STRICT)
def _describe(
    images,
    width,
    slopes,
    bins,
    is_even,
    cell_height,
    cell_width,
    block_height,
    block_width,
    n_bins,
    norm,
    features,
):
    pitch = -(-width // cell_width)
    n_rows = images.shape[1] // cell_height - block_height + 1
    row_size = features.shape[1] // n_rows
    step = max(1, COLUMNS // (pitch * cell_width))
    for start in range(0, len(images), step):
        group = images[start : start + step]
        histograms = _histograms(
            group, width, n_bins, slopes, bins, is_even, cell_height, cell_width
        )
        strengths = _strengths(histograms, norm in (L1, L1_SQRT))
        cells = histograms.reshape(len(histograms), -1)
        for n in range(len(group)):
            for i in range(n_rows):
                row = features[start + n, i * row_size : (i + 1) * row_size]
                first = i, n * pitch
                _normalize_row(
                    cells, strengths, first, block_height, block_width, n_bins, norm, row
                )
