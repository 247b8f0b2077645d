"""Raw samples in a dask dataframe, to their features in another one with the same partitions."""

from uuid import uuid4

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn import config_context
from sklearn.utils.validation import check_is_fitted

from skmm._optional import import_optional
from skmm._tensor import TensorDtype


def extract_partitions(transformer, frame, *, meta=None):
    """Turn a dask dataframe of raw samples into one of features, partition by partition.

    Nothing is computed before the result is. As a row of a stateless extractor depends on its own
    sample only, the features are those of pandas to the last bit, however the rows are parted.

    Parameters
    ----------
    transformer : estimator
        A fitted extractor, where `frame` is one column; or a fitted
        :class:`~skmm.fusion.MultimodalFusion`, or pipeline, where it has the columns this was fitted
        on. A stateless extractor learns the shape of its rows from any sample:
        ``extractor.fit(paths[:1])``.
    frame : dask.dataframe.Series or dask.dataframe.DataFrame
        Paths, texts or numbers. Paths must be readable where the workers are.
    meta : DataFrame, default=None
        A frame without rows that has the columns and dtypes of the result. ``None`` stands for
        columns of the dtype of the extractor (float32, but int64 for ids of tokens), called by
        ``transformer.get_feature_names_out()``, or for one tensor column where the rows of an
        extractor are arrays. Other transformers whose result is not float32 need it, such as a
        :class:`~skmm.fusion.MultimodalFusion` with ``fusion=None``:
        ``transformer.transform(sample)[:0]``.

    Returns
    -------
    features : dask.dataframe.DataFrame
        One row per row of `frame`, with its index and divisions. Sparse features become dense columns.
        A missing modality is what the transformer makes of it: a row of NaN for an extractor. The
        vectorizers of bags of words and of tokens refuse it; put them into a
        :class:`~skmm.fusion.MultimodalFusion`.

    Raises
    ------
    TypeError
        If `frame` does not come from dask; when computed, if the result is not as `meta` says.
    NotFittedError
        If the transformer is not fitted.
    ImportError
        If dask is not installed (extra ``distributed``).

    See Also
    --------
    skmm.cache.FeatureCache : Keeps rows on the disk of each machine, so that they are computed once.

    Notes
    -----
    Every partition is described by one worker, so make partitions that fit into its memory with their
    features, more of them than there are workers, and leave ``n_jobs=None``. Fit or change the
    transformer no more until the result is computed. Of ``on_error="missing"`` the rows of NaN remain:
    the ``failures_`` of workers do not come back.

    Examples
    --------
    >>> import dask.dataframe as dd
    >>> import pandas as pd
    >>> from skmm.distributed import extract_partitions
    >>> from skmm.text import Word2VecVectorizer
    >>> texts = pd.Series(["a cat", "the dog", "a dog", "cats"], name="text")
    >>> vectorizer = Word2VecVectorizer(3, min_count=1, random_state=0).fit(texts)
    >>> features = extract_partitions(vectorizer, dd.from_pandas(texts, npartitions=2))
    >>> features.npartitions, features.compute().shape
    (2, (4, 3))
    """
    dataframe = import_optional("dask.dataframe", extra="distributed", purpose="extract_partitions")
    if not isinstance(frame, dataframe.DataFrame | dataframe.Series):
        raise TypeError(
            f"frame is a {type(frame).__name__}, and a dask dataframe or a column of one is expected; "
            "use dask.dataframe.from_pandas or read_parquet, or transformer.transform for what fits "
            "into memory"
        )
    if meta is None:
        meta = _describe(transformer)
    meta = meta.set_axis(frame._meta.index[:0])
    # By a name of its own it goes to each worker once; as an argument it would be in every task.
    delayed = import_optional("dask", extra="distributed", purpose="extract_partitions").delayed
    name = f"{type(transformer).__name__.lower()}-{uuid4().hex}"
    shared = delayed(transformer, name=name, traverse=False)
    return frame.map_partitions(_extract_partition, shared, meta, meta=meta)


def _describe(transformer):
    """A frame without rows, of the columns that an extractor gives."""
    check_is_fitted(transformer)
    names = transformer.get_feature_names_out()
    dtype = np.dtype(getattr(transformer, "_dtype", np.float32))
    if dtype.kind == "O":  # rows that become a sparse block
        dtype = np.dtype(np.float32)
    if _gives_tensors(transformer):
        dtype = TensorDtype(transformer.block_shape_, dtype)
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name in names})


def _gives_tensors(transformer):
    return len(getattr(transformer, "block_shape_", ())) > 1


def _extract_partition(partition, transformer, meta):
    """The features of some rows; this is what workers run."""
    if len(partition) == 0:  # a filter may leave nothing, and extractors want a sample
        return meta
    container = "pandas" if _gives_tensors(transformer) else "default"
    with config_context(transform_output=container):
        features = transformer.transform(partition)
    if not isinstance(features, pd.DataFrame):
        features = features.toarray() if issparse(features) else features
        features = pd.DataFrame(features, partition.index, meta.columns)
    _check_columns(features, meta, transformer)
    return features


def _check_columns(features, meta, transformer):
    if features.dtypes.equals(meta.dtypes):
        return
    found, expected = ({str(dtype) for dtype in f.dtypes} for f in (features, meta))
    raise TypeError(
        f"{type(transformer).__name__} gives {features.shape[1]} columns of {sorted(found)}, and meta has "
        f"{meta.shape[1]} of {sorted(expected)}; give meta=transformer.transform(sample)[:0], as a frame"
    )
