"""Histograms of oriented gradients of many images at a time, compiled.

The stages are those of scikit-image, the oracle of the tests. The module imports numba: import it
inside the function that needs it.
"""

import numpy as np
from numba import float32, float64, int32, int64, njit, types, uint32

NORMS = ("L1", "L1-sqrt", "L2", "L2-Hys")
L1, L1_SQRT, L2, L2_HYS = range(len(NORMS))
EPSILON = float32(1e-5)  # keeps blocks without gradients at zero
CLIP = float32(0.2)  # of L2-Hys
ZERO, ONE = float32(0), float32(1)

COLUMNS = 512  # images stand side by side up to this width: long loops, and votes stay in cache
ROWS = 16  # float32 votes are taken down after as many rows, before rounding errors add up
UNROLL = 4

# A writable array is taken for a read-only one as well, so one version serves both.
PLANES = types.Array(float32, 3, "C", readonly=True)
SLOPES = types.Array(float64, 1, "C", readonly=True)
# Sums may be taken in any order, which is fixed when compiling; nothing else is relaxed.
REASSOCIATED = {"error_model": "numpy", "fastmath": {"reassoc", "nsz"}}


def describe(images, orientations, pixels_per_cell, cells_per_block, block_norm):
    """Describe images of one shape, each as :func:`skimage.feature.hog` does.

    Parameters
    ----------
    images : sequence of ndarray of shape (height, width) or (height, width, n_channels), float32
        Not smaller than one block.
    orientations : int
    pixels_per_cell, cells_per_block : (int, int)
    block_norm : {"L1", "L1-sqrt", "L2", "L2-Hys"}

    Returns
    -------
    features : ndarray of shape (n_images, n_features), float32
        Along block rows, block columns, cell rows and columns of a block, orientations.
    """
    height, width = images[0].shape[:2]
    n_cells = height // pixels_per_cell[0], width // pixels_per_cell[1]
    n_blocks = np.prod(np.subtract(n_cells, cells_per_block) + 1)
    n_features = n_blocks * np.prod(cells_per_block) * orientations
    features = np.empty((len(images), n_features), dtype=np.float32)
    slopes, norm = _slopes(orientations), NORMS.index(block_norm)
    step = max(1, COLUMNS // width)
    for start in range(0, len(images), step):
        strip = _side_by_side(images[start : start + step])
        out = features[start : start + step]
        _describe(strip, slopes, *pixels_per_cell, *cells_per_block, orientations, norm, out)
    return features


def _side_by_side(images):
    """Return images as one wide one, shape (n_channels, height, n_images * width)."""
    wide = np.atleast_3d(np.concatenate(images, axis=1))
    return np.ascontiguousarray(wide.transpose(2, 0, 1))


def _slopes(orientations):
    """Return the tangents of the angles up to 90 degrees where bins begin, padded to be unrolled."""
    angles = 180.0 / orientations * np.arange(1, orientations // 2 + 1)
    slopes = np.tan(np.deg2rad(angles))
    return np.pad(slopes, (0, -len(slopes) % UNROLL), constant_values=np.inf)


@njit(error_model="numpy")
def _gradients(plane, y, width, are_compared, across, down, magnitudes):
    """Write the central differences of row `y` and their magnitudes."""
    row, last = plane[y], len(plane) - 1
    left, right = row[:-2], row[2:]
    # At the upper and lower border both neighbors are the row itself, and the difference is zero.
    above, below = plane[y - 1 if 0 < y < last else y], plane[y + 1 if 0 < y < last else y]
    above_inner, below_inner = above[1:-1], below[1:-1]
    across_inner, down_inner, magnitudes_inner = across[1:-1], down[1:-1], magnitudes[1:-1]
    for x in range(len(across_inner)):
        a, b = right[x] - left[x], below_inner[x] - above_inner[x]
        across_inner[x], down_inner[x] = a, b
        magnitudes_inner[x] = np.sqrt(a * a + b * b)
    if are_compared:
        # Rounded only once, as hypot of the C library does: of the colors the strongest must win, and
        # of equally strong ones the first.
        for x in range(len(across)):
            a, b = float64(across[x]), float64(down[x])
            magnitudes[x] = float32(np.sqrt(a * a + b * b))
    for start in range(0, len(across), width):
        for x in (start, start + width - 1):  # the left and right border of each image
            across[x], down[x] = ZERO, below[x] - above[x]
            magnitudes[x] = abs(down[x])


@njit(error_model="numpy")
def _keep_stronger(candidate, best):
    """Replace the gradients and magnitudes of `best` where those of `candidate` are stronger."""
    across, down, magnitudes = best
    for x in range(len(magnitudes)):
        stronger = candidate[2][x] > magnitudes[x]
        across[x] = candidate[0][x] if stronger else across[x]
        down[x] = candidate[1][x] if stronger else down[x]
        magnitudes[x] = candidate[2][x] if stronger else magnitudes[x]


@njit(error_model="numpy")
def _choose_bins(across, down, slopes, n_bins, bins):
    """Write the bin of each gradient's direction between 0 and 180 degrees.

    The angle to the horizontal has reached t if ``|down| >= |across| * tan(t)``, which needs no
    arcus tangent. Between 90 and 180 degrees bins count from the other end, where what lies on a
    bound belongs to the bin before: 135 degrees is the one bound that gradients do lie on. (Angles
    less than 1e-14 degrees below zero are in the last bin here, and in none of scikit-image.)
    """
    bins[:] = 0
    for k in range(0, len(slopes), UNROLL):
        t0, t1, t2, t3 = slopes[k], slopes[k + 1], slopes[k + 2], slopes[k + 3]
        for x in range(len(bins)):
            a, b = abs(float64(across[x])), abs(float64(down[x]))
            low = int32(b >= a * t0) + int32(b >= a * t1)
            high = int32(b >= a * t2) + int32(b >= a * t3)
            bins[x] += low + high
    last, diagonal = int32(n_bins - 1), int32(n_bins % 4 == 0)
    for x in range(len(bins)):
        on_bound = diagonal if abs(across[x]) == abs(down[x]) else int32(0)
        bins[x] = last - bins[x] + on_bound if across[x] * down[x] < ZERO else bins[x]


@njit(error_model="numpy")
def _vote(bins, magnitudes, votes):
    """Add each magnitude to its bin, for each column of pixels apart.

    Votes for a cell as a whole would wait for each other: neighbors often vote for the same bin.
    """
    for x in range(len(bins)):
        votes[x, uint32(bins[x])] += magnitudes[x]


@njit(error_model="numpy")
def _take_down(votes, cell_width, cells):
    """Add the votes of the columns of each cell to `cells`, (n_columns, n_bins)."""
    for j in range(len(cells)):
        cell = cells[j]
        for x in range(j * cell_width, (j + 1) * cell_width):
            column = votes[x]
            for k in range(len(cell)):
                cell[k] += column[k]


@njit
def _workspace(length):
    # Slices of one array would keep the compiler from vectorizing: it fears that they overlap.
    return (
        np.empty(length, dtype=np.float32),
        np.empty(length, dtype=np.float32),
        np.empty(length, dtype=np.float32),
    )


@njit(error_model="numpy")
def _histograms(planes, n_images, n_bins, slopes, cell_height, cell_width):
    """Return the summed magnitudes by image, cell row, cell column and bin."""
    n_channels, height, length = planes.shape
    width, n_rows = length // n_images, height // cell_height
    histograms = np.zeros((n_images, n_rows, width // cell_width, n_bins), dtype=np.float32)
    best, candidate = _workspace(length), _workspace(length)
    bins = np.empty(length, dtype=np.int32)
    votes = np.empty((length, n_bins), dtype=np.float32)
    for i in range(n_rows):
        end = (i + 1) * cell_height
        for start in range(i * cell_height, end, ROWS):
            votes[:] = ZERO
            for y in range(start, min(start + ROWS, end)):
                _gradients(planes[0], y, width, n_channels > 1, best[0], best[1], best[2])
                for channel in range(1, n_channels):
                    _gradients(
                        planes[channel], y, width, True, candidate[0], candidate[1], candidate[2]
                    )
                    _keep_stronger(candidate, best)
                _choose_bins(best[0], best[1], slopes, n_bins, bins)
                _vote(bins, best[2], votes)
            for n in range(n_images):
                _take_down(votes[n * width : (n + 1) * width], cell_width, histograms[n, i])
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


@njit(error_model="numpy")
def _inverse_norm(strength, is_l1):
    return ONE / (strength + EPSILON if is_l1 else np.sqrt(strength + EPSILON * EPSILON))


@njit(**REASSOCIATED)
def _blocks(cells, block_height, block_width, norm, features):
    """Write the normalized blocks of one image, one after the other."""
    n_rows, n_columns, n_bins = cells.shape
    flat = cells.reshape(n_rows, n_columns * n_bins)
    is_l1 = norm in (L1, L1_SQRT)
    strengths = _strengths(cells, is_l1)
    clip = CLIP if norm == L2_HYS else float32(np.inf)
    strip, end = block_width * n_bins, 0
    for i in range(n_rows - block_height + 1):
        for j in range(n_columns - block_width + 1):
            strength = ZERO
            for k in range(block_height):
                for m in range(block_width):
                    strength += strengths[i + k, j + m]
            factor, strength = _inverse_norm(strength, is_l1), ZERO
            start = end
            for k in range(block_height):
                source = flat[i + k, j * n_bins : j * n_bins + strip]
                target = features[end : end + strip]
                end += strip
                for x in range(strip):
                    value = min(source[x] * factor, clip)
                    target[x] = value
                    strength += value * value
            block = features[start:end]
            if norm == L2_HYS:  # once more, after the clipping
                factor = _inverse_norm(strength, is_l1)
                for x in range(len(block)):
                    block[x] *= factor
            elif norm == L1_SQRT:
                for x in range(len(block)):
                    block[x] = np.sqrt(block[x])


@njit(
    [(PLANES, SLOPES, int64, int64, int64, int64, int64, int64, float32[:, ::1])],
    cache=True,
    error_model="numpy",
)
def _describe(
    planes, slopes, cell_height, cell_width, block_height, block_width, n_bins, norm, features
):
    n_images = len(features)
    histograms = _histograms(planes, n_images, n_bins, slopes, cell_height, cell_width)
    histograms *= float32(1 / (cell_height * cell_width))
    for n in range(n_images):
        _blocks(histograms[n], block_height, block_width, norm, features[n])
