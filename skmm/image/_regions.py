"""Pool feature maps over the regions of a grid."""

import numpy as np

REDUCERS = {"avg": np.mean, "max": np.max}


def pool_regions(maps, how, grid):
    """Summarize feature maps by one number per map and region.

    Parameters
    ----------
    maps : ndarray of shape (n_maps, height, width)
    how : {"avg", "max"}
    grid : (int, int)
        Rows and columns of regions. They share an edge where the maps cannot be divided evenly,
        as in torch's adaptive pooling.

    Returns
    -------
    features : ndarray of shape (n_maps * n_rows * n_columns,)
        All regions of the first map, row by row, then those of the next.
    """
    rows, columns = (list(_spans(n, parts)) for n, parts in zip(maps.shape[1:], grid, strict=True))
    pooled = [
        REDUCERS[how](maps[:, row, column], axis=(1, 2)) for row in rows for column in columns
    ]
    return np.stack(pooled, axis=1).ravel()


def _spans(length, parts):
    for part in range(parts):
        yield slice(part * length // parts, -(-(part + 1) * length // parts))
