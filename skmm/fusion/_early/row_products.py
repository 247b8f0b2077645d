"""Products of rows with a matrix that do not depend on the other rows of the batch."""

import numpy as np


def row_products(rows, matrix):
    """Compute ``rows @ matrix`` one row at a time.

    A product of two matrices groups rows as suits their number, and the last digits of a row change
    with its companions. Here BLAS is asked for one row after the other, without a loop in Python;
    that is about three times as fast as a sum without BLAS, and a third as fast as one product.

    Call it inside :func:`skmm._threads.one_thread`: threads may split the sum of a row as well.

    Parameters
    ----------
    rows : ndarray of shape (n, d)
    matrix : ndarray of shape (d, k)

    Returns
    -------
    products : ndarray of shape (n, k)
    """
    return np.matmul(np.ascontiguousarray(rows)[:, np.newaxis], matrix)[:, 0]
