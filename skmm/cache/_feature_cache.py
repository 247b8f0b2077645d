"""The cache of features as users see it."""

import os
import warnings
from collections import Counter, defaultdict
from contextlib import contextmanager

from skmm.cache._claims import claimed
from skmm.cache._generations import Generations

_SMALLEST = 2**20  # bytes
_COUNTS = defaultdict(Counter)  # hits and misses of this process, by folder


class FeatureCache:
    """Keep features on disk, so that each sample is decoded and described once.

    Given to extractors as ``memory=``, over all folds, candidates, branches, processes and runs.

    Parameters
    ----------
    path : str or path-like
        Folder to keep rows in, on a local disk; it is made, readable by its owner only, when the
        first row is kept.
    size_limit : int, default=None
        Largest size in bytes, 1 MiB at least. When half of it is new, the older half is dropped.
        ``None`` means that rows are kept until :meth:`clear`.

    Raises
    ------
    ValueError
        If `size_limit` is too small.

    See Also
    --------
    skmm.image.HOGExtractor : One of the extractors that take a cache.

    Notes
    -----
    A row is found again by the class of the extractor, those of its parameters that change rows,
    and the sample: the dtype, shape and values of an array; the characters of a text; the absolute
    path, size and time of modification of a file. A file that is changed with both kept is not
    noticed. Clear the cache after an upgrade of a library that decodes files or computes features.

    Rows are kept in LMDB [1]_ as bytes with a checksum, and nothing is pickled. Several processes
    may read and write at once, and a row that one of them computes is waited for by the others. A
    damaged row is computed again. Where the cache cannot be used (the disk is full, the file cut
    off), extractors warn and go on without it; a folder without write permission is read. LMDB
    does not work on network drives.

    References
    ----------
    .. [1] H. Chu, "MDB: A memory-mapped database and backend for OpenLDAP", LDAPCon, 2011.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from skmm.cache import FeatureCache
    >>> from skmm.image import HOGExtractor
    >>> images = np.random.default_rng(0).integers(0, 256, (5, 32, 32), dtype="uint8")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     cache = FeatureCache(folder)
    ...     block = HOGExtractor(size=(32, 32), memory=cache).fit_transform(images)
    ...     info = cache.info()
    >>> info["entries"], info["misses"]
    (5, 5)
    """

    def __init__(self, path, *, size_limit=None):
        self.path = os.fspath(path)
        self.size_limit = size_limit
        if size_limit is not None and size_limit < _SMALLEST:
            raise ValueError(
                f"size_limit={size_limit} bytes, where {_SMALLEST} or more are expected"
            )

    def __repr__(self):
        limit = "" if self.size_limit is None else f", size_limit={self.size_limit}"
        return f"{type(self).__name__}({self.path!r}{limit})"

    def info(self):
        """Tell how much there is in the cache, and how well it serves.

        Returns
        -------
        info : dict
            ``"hits"`` and ``"misses"``: rows that this process found, and computed. ``"entries"``
            and ``"bytes"``: rows on disk, and what they take.
        """
        n_rows = n_bytes = 0
        with self._warn_and_go_on():
            n_rows, n_bytes = self._generations().count()
        counts = _COUNTS[self._folder]
        return {
            "hits": counts["hits"],
            "misses": counts["misses"],
            "entries": n_rows,
            "bytes": n_bytes,
        }

    def clear(self):
        """Drop all rows, also while other processes use them; hits and misses start at 0.

        Raises
        ------
        OSError
            If the folder cannot be written to.
        """
        self._generations().clear()
        _COUNTS.pop(self._folder, None)

    def look_up(self, keys):
        """Return those rows that are there.

        Parameters
        ----------
        keys : list of bytes or int
            As in :meth:`fetch`.

        Returns
        -------
        rows : dict of ndarray
            By key; read-only.
        """
        rows = self._read(keys)
        _COUNTS[self._folder].update(hits=sum(key in rows for key in keys))
        return rows

    def fetch(self, keys, compute):
        """Look rows up; compute those that are not there, once over all processes, and keep them.

        Parameters
        ----------
        keys : list of bytes or int
            What the rows are kept under, up to 511 bytes. An int, which must be the only one of
            its value, stands for a row that is not to be kept.
        compute : callable
            Takes a list of positions in `keys`, and returns an array for each, or None where there
            is no row, which is then asked for again next time.

        Returns
        -------
        rows : list of ndarray or None
            One per key. Those looked up are read-only.
        """
        with claimed(self._folder, _kept(keys)):  # others may compute them at this moment
            rows, computed = self._read(keys), {}
            if absent := _first_positions(keys, rows):
                computed = dict(zip(absent, compute(list(absent.values())), strict=True))
                self._write(computed)
        _COUNTS[self._folder].update(hits=len(keys) - len(computed), misses=len(computed))
        rows |= computed
        return [rows[key] for key in keys]

    @property
    def _folder(self):
        return os.path.realpath(self.path)

    def _generations(self):
        return Generations(self._folder, self.size_limit)

    def _read(self, keys):
        rows = {}
        with self._warn_and_go_on():
            rows = self._generations().read(_kept(keys))
        intact = {key: row for key, row in rows.items() if row is not None}
        if len(intact) < len(rows):
            warnings.warn(
                f"the feature cache {self.path!r} holds damaged rows, which are computed again",
                stacklevel=3,
            )
        return intact

    def _write(self, rows):
        rows = {key: rows[key] for key in _kept(rows) if rows[key] is not None}
        if rows:
            with self._warn_and_go_on():
                self._generations().write(rows)

    @contextmanager
    def _warn_and_go_on(self):
        import lmdb

        try:
            yield
        except (lmdb.Error, OSError) as error:
            warnings.warn(
                f"the feature cache {self.path!r} cannot be used, and features are computed as if "
                f"it were not there: {error}. If its files are damaged, call clear()",
                stacklevel=5,
            )


def _kept(keys):
    return [key for key in dict.fromkeys(keys) if isinstance(key, bytes)]


def _first_positions(keys, rows):
    """Where each key that is not among `rows` stands first: equal samples are computed once."""
    positions = {}
    for position, key in enumerate(keys):
        if key not in rows:
            positions.setdefault(key, position)
    return positions
