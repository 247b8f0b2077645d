"""A pandas column whose cells are arrays of one shape, kept in a single ndarray."""

import re

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray, ExtensionDtype, register_extension_dtype
from pandas.api.indexers import check_array_indexer

from skmm._validation import is_null

__all__ = ["TensorArray", "TensorDtype"]


@register_extension_dtype
class TensorDtype(ExtensionDtype):
    """Dtype of a column whose cells are arrays of one shape and one element type.

    Its name reads ``tensor[uint8, 64x64x3]``, and pandas understands that name wherever it takes a
    dtype.

    Parameters
    ----------
    shape : tuple of int
        Shape of one cell, of at least one dimension.
    numpy_dtype : dtype
        Numeric type of the elements of a cell.

    Attributes
    ----------
    shape : tuple of int
        Shape of one cell.
    numpy_dtype : numpy.dtype
        Type of the elements of a cell.

    Raises
    ------
    TypeError
        If the element type is not numeric, or a cell would have no dimension.

    See Also
    --------
    TensorArray : The column itself.

    Examples
    --------
    >>> import pandas as pd
    >>> from skmm.frame import TensorDtype
    >>> dtype = TensorDtype((64, 64, 3), "uint8")
    >>> dtype
    tensor[uint8, 64x64x3]
    >>> pd.Series([None, None], dtype="tensor[uint8, 64x64x3]").dtype == dtype
    True
    """

    type = np.ndarray
    na_value = None
    _metadata = ("shape", "numpy_dtype")  # what equality and hashing compare

    def __init__(self, shape, numpy_dtype):
        self.shape = tuple(int(size) for size in shape)
        self.numpy_dtype = np.dtype(numpy_dtype)
        if self.numpy_dtype.kind not in "biufc" or not self.shape:
            raise TypeError(
                f"cells of shape {self.shape} and type {self.numpy_dtype} do not make a tensor "
                "column; they must be numeric arrays of at least one dimension. Other samples stay "
                "in an ordinary column, which make_frame chooses for you"
            )

    @property
    def name(self):
        return f"tensor[{self.numpy_dtype}, {'x'.join(map(str, self.shape))}]"

    def __repr__(self):
        return self.name

    @classmethod
    def construct_from_string(cls, string):
        """Read a dtype from its name.

        Parameters
        ----------
        string : str
            Such as ``"tensor[uint8, 64x64x3]"``.

        Returns
        -------
        dtype : TensorDtype

        Raises
        ------
        TypeError
            If `string` is not the name of a tensor dtype.
        """
        if not isinstance(string, str):
            raise TypeError(f"'construct_from_string' expects a string, got {type(string)}")
        match = re.fullmatch(r"tensor\[([^,\]]+), (\d+(?:x\d+)*)\]", string)
        if match is None:
            raise TypeError(f"Cannot construct a '{cls.__name__}' from '{string}'")
        numpy_dtype, shape = match.groups()
        return cls(shape.split("x"), numpy_dtype)

    @classmethod
    def construct_array_type(cls):
        """Return the class of the columns of this dtype.

        Returns
        -------
        type : type
        """
        return TensorArray

    def _get_common_dtype(self, dtypes):
        # None sends pandas on to a column of objects.
        if not all(
            isinstance(dtype, TensorDtype) and dtype.shape == self.shape for dtype in dtypes
        ):
            return None
        return TensorDtype(self.shape, np.result_type(*(dtype.numpy_dtype for dtype in dtypes)))


class TensorArray(ExtensionArray):
    """Column of samples of equal shape, kept in one array beside a mask of the present ones.

    Rows slice without copying pixels, joblib maps the one large array into the memory of its worker
    processes, and a missing sample is a null cell like any other in pandas.

    Parameters
    ----------
    tensor : array-like of shape (n_samples, ...)
        The samples: numbers, in at least two dimensions. An ndarray is not copied.
    present : array-like of shape (n_samples,), dtype bool, default=None
        False where a sample is missing. None means that all are present.

    Attributes
    ----------
    tensor : ndarray of shape (n_samples, ...)
        The samples, read-only. What lies in the row of a missing sample is arbitrary: look at
        `present` first.
    present : ndarray of shape (n_samples,), dtype bool
        Which samples are present, read-only.

    Raises
    ------
    TypeError
        If the samples are not numeric, or a sample has no dimension.
    ValueError
        If `present` does not hold one boolean per sample.

    See Also
    --------
    skmm.make_frame : Builds whole frames, and these columns where they fit.

    Notes
    -----
    Pixels are shared until somebody writes: slices, frames and the array given have them in common,
    and the first write to a column (``frame.at[row, "image"] = pixels``) gives it its own copy.
    Marking a sample as missing (``frame.loc[row, "image"] = None``) does not copy pixels. The array
    given is borrowed, so whoever changes it in place changes the column.

    Cells have no order, so such a column cannot be sorted, and ``groupby`` needs ``sort=False``.
    ``unique``, ``duplicated`` and ``groupby`` take cells for equal that have equal bytes.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from skmm.frame import TensorArray
    >>> column = TensorArray(np.zeros((3, 8, 8), dtype="uint8"), present=[True, False, True])
    >>> pd.Series(column)
    0    8x8 uint8
    1         None
    2    8x8 uint8
    dtype: tensor[uint8, 8x8]
    >>> column.tensor.shape
    (3, 8, 8)
    """

    # Cells have no arithmetic: without this, ndarray + column would work on a column of objects.
    __array_ufunc__ = None

    def __init__(self, tensor, present=None):
        refuse_mask(tensor, "the array", "give TensorArray(data, present=~mask)")
        tensor = np.asarray(tensor)
        self._dtype = TensorDtype(tensor.shape[1:], tensor.dtype)
        present = np.ones(len(tensor), dtype=bool) if present is None else np.asarray(present)
        if present.shape != tensor.shape[:1] or present.dtype != bool:
            raise ValueError(
                f"present must be {len(tensor)} booleans, one per sample, got an array of "
                f"shape {present.shape} and type {present.dtype}"
            )
        self._tensor = _read_only(tensor)
        self._present = _read_only(present)

    @property
    def tensor(self):
        # Whoever holds the pixels shall not see them change: the next write makes a copy.
        self._tensor.flags.writeable = False
        return self._tensor

    @property
    def present(self):
        self._present.flags.writeable = False
        return self._present

    @property
    def dtype(self):
        """TensorDtype : Shape and element type of a cell."""
        return self._dtype

    @property
    def nbytes(self):
        """int : Size in bytes, the mask included."""
        return self._tensor.nbytes + self._present.nbytes

    # Making one

    @classmethod
    def _from_sequence(cls, scalars, *, dtype=None, copy=False):
        if dtype is not None:
            dtype = pd.api.types.pandas_dtype(dtype)
        if isinstance(scalars, (pd.Series, pd.Index)):
            scalars = scalars.array
        if isinstance(scalars, np.ndarray) and scalars.ndim > 1 and scalars.dtype != object:
            scalars = cls(scalars)
        if not isinstance(scalars, cls):
            return cls._from_cells(scalars, dtype)
        array = scalars if dtype is None else scalars._convert(dtype)
        return array.copy() if copy else array

    @classmethod
    def _from_cells(cls, cells, dtype=None):
        for row, cell in enumerate(cells):
            refuse_mask(cell, f"the cell in row {row}", "fill it first, as in cell.filled(0)")
        cells = [None if is_null(cell) else np.asarray(cell) for cell in cells]
        dtype = _infer_dtype(cells) if dtype is None else dtype
        present = np.array([cell is not None for cell in cells], dtype=bool)
        tensor = np.zeros((len(cells), *dtype.shape), dtype.numpy_dtype)
        for row in np.flatnonzero(present):
            tensor[row] = _converted(cells[row], dtype, f" in row {row}")
        return cls(tensor, present)

    @classmethod
    def _from_factorized(cls, values, original):
        dtype = original.dtype
        cells = [
            None if value is None else np.frombuffer(value, dtype.numpy_dtype).reshape(dtype.shape)
            for value in values
        ]
        return cls._from_cells(cells, dtype)

    @classmethod
    def _concat_same_type(cls, to_concat):
        tensor = np.concatenate([part._tensor for part in to_concat])
        return cls(tensor, np.concatenate([part._present for part in to_concat]))

    def __reduce__(self):
        # The constructor's arguments and nothing else, so that equal columns have equal hashes.
        return type(self), (self.tensor, self.present)

    # Reading it

    def __len__(self):
        return len(self._tensor)

    def __getitem__(self, item):
        if isinstance(item, tuple) and len(item) == 2 and item[0] is Ellipsis:
            item = item[1]  # pandas writes array[..., rows]
        item = check_array_indexer(self, item)
        if pd.api.types.is_integer(item):
            return _read_only(self._tensor[item]) if self._present[item] else None
        result = type(self)(self.tensor[item], self.present[item])
        result._readonly = self._readonly
        return result

    def isna(self):
        """Tell which samples are missing.

        Returns
        -------
        missing : ndarray of shape (n_samples,), dtype bool
        """
        return ~self._present

    def __array__(self, dtype=None, copy=None):
        if dtype is not None and np.dtype(dtype) != object:
            raise ValueError(
                f"cells of type {self.dtype} are arrays, and cannot become one {np.dtype(dtype)} "
                "each; turn them into features first, as in make_pipeline(MultimodalFusion(...), "
                "estimator), or take column.array.tensor"
            )
        if copy is False:
            raise ValueError("an array of objects cannot be made of a tensor column without a copy")
        cells = np.empty(len(self), dtype=object)
        for row in range(len(self)):
            cells[row] = self[row]
        return cells

    def _formatter(self, boxed=False):
        label = f"{'x'.join(map(str, self.dtype.shape))} {self.dtype.numpy_dtype}"
        return lambda cell: "None" if cell is None else label

    def take(self, indices, *, allow_fill=False, fill_value=None):
        """Take samples by position.

        Parameters
        ----------
        indices : sequence of int
            Positions.
        allow_fill : bool, default=False
            If True, -1 stands for `fill_value`; otherwise for the last sample.
        fill_value : ndarray or None, default=None
            A sample, or None for a missing one.

        Returns
        -------
        taken : TensorArray
            A copy of the samples.

        Raises
        ------
        IndexError
            If a position is out of range.
        ValueError
            If `allow_fill` is True and a position is less than -1.
        """
        indices = np.asarray(indices, dtype=np.intp)
        if allow_fill and (indices < -1).any():
            raise ValueError(f"positions must be -1 (fill) or more, got {indices.min()}")
        if allow_fill and (indices == -1).any():
            return self._take_and_fill(indices, fill_value)
        return type(self)(self._tensor.take(indices, axis=0), self._present.take(indices))

    def _take_and_fill(self, indices, fill_value):
        taken = indices != -1
        tensor = np.zeros((len(indices), *self.dtype.shape), self.dtype.numpy_dtype)
        present = np.zeros(len(indices), dtype=bool)
        tensor[taken] = self._tensor.take(indices[taken], axis=0)
        present[taken] = self._present.take(indices[taken])
        result = type(self)(tensor, present)
        result[~taken] = fill_value
        return result

    # Changing it

    def __setitem__(self, key, value):
        if self._readonly:
            raise ValueError("Cannot modify read-only array")
        key = check_array_indexer(self, key)
        key = [key] if pd.api.types.is_integer(key) else key
        if is_null(value):
            self._present = _writeable(self._present)
            self._present[key] = False
        else:
            value = value[None] if self._is_cell(value) else value
            values = self._from_sequence(value, dtype=self.dtype)
            self._tensor = _writeable(self._tensor)
            self._tensor[key] = values._tensor
            self._present = _writeable(self._present)
            self._present[key] = values._present

    def _is_cell(self, value):
        is_numeric = isinstance(value, np.ndarray) and value.dtype != object
        return is_numeric and value.shape == self.dtype.shape

    def copy(self):
        """Copy the samples and the mask.

        Returns
        -------
        copied : TensorArray
        """
        result = type(self)(self._tensor, self._present)
        # Owned by the copy, so that its first write does not copy once more.
        result._tensor = _writeable(result._tensor)
        result._present = _writeable(result._present)
        return result

    def astype(self, dtype, copy=True):
        """Convert to another dtype.

        Parameters
        ----------
        dtype : str or dtype
            A tensor dtype of the same shape, or ``object``.
        copy : bool, default=True
            Whether to copy where the dtype does not change.

        Returns
        -------
        converted : TensorArray or ndarray

        Raises
        ------
        ValueError
            If the dtype is no dtype for arrays of this shape.
        TypeError
            If the elements would change by the conversion.
        """
        dtype = pd.api.types.pandas_dtype(dtype)
        if isinstance(dtype, TensorDtype):
            return self._from_sequence(self, dtype=dtype, copy=copy)
        return super().astype(dtype, copy=copy)

    def _convert(self, dtype):
        if dtype == self.dtype:
            return self
        present = _converted(self._tensor[self._present], dtype, n_leading=1)
        tensor = np.zeros((len(self), *dtype.shape), dtype.numpy_dtype)
        tensor[self._present] = present
        return type(self)(tensor, self.present)

    # Comparing samples: by content, without an order

    def __eq__(self, other):
        if isinstance(other, (pd.Series, pd.Index, pd.DataFrame)):
            return NotImplemented
        if not pd.api.types.is_list_like(other):
            return np.zeros(len(self), dtype=bool)
        if self._is_cell(other):
            other = type(self)(np.broadcast_to(other, self._tensor.shape))
        if len(other) != len(self):
            raise ValueError("Lengths must match to compare")
        pairs = zip(self, other, strict=True)
        return np.array([a is not None and np.array_equal(a, b) for a, b in pairs], dtype=bool)

    def __ne__(self, other):
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else ~equal

    def equals(self, other):
        """Tell whether another column has the same dtype, missing samples and samples.

        Parameters
        ----------
        other : object

        Returns
        -------
        equal : bool
            NaN is equal to NaN at the same place, as in all of pandas.
        """
        if not isinstance(other, TensorArray) or other.dtype != self.dtype:
            return False
        present = self._present
        return np.array_equal(present, other._present) and np.array_equal(
            self._tensor[present], other._tensor[present], equal_nan=True
        )

    # pandas' own versions put the arrays themselves into a hash table.

    def _values_for_factorize(self):
        keys = np.empty(len(self), dtype=object)
        for row in np.flatnonzero(self._present):
            keys[row] = self._tensor[row].tobytes()
        return keys, None

    def unique(self):
        """Return the different samples, in the order of their first appearance.

        Returns
        -------
        samples : TensorArray
        """
        return self.factorize(use_na_sentinel=False)[1]

    def duplicated(self, keep="first"):
        """Tell which samples are equal, byte for byte, to another one.

        Parameters
        ----------
        keep : {"first", "last", False}, default="first"
            The one among equal samples that is not marked; False marks all.

        Returns
        -------
        duplicated : ndarray of shape (n_samples,), dtype bool
        """
        return pd.Series(self.factorize()[0]).duplicated(keep).to_numpy()

    def _values_for_argsort(self):
        raise TypeError(f"cells of type {self.dtype} have no order")


def refuse_mask(values, what, way_out):
    """Raise a TypeError if some values are masked, of which numpy would keep the hidden numbers."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise TypeError(
            f"{what} is a masked array, whose mask would be lost; {way_out}, or None for a missing "
            "sample"
        )


def _read_only(array):
    view = array.view()
    view.flags.writeable = False
    return view


def _writeable(array):
    return array if array.flags.writeable else array.copy()


def _infer_dtype(cells):
    """The dtype of a column with these cells, arrays or None."""
    present = [cell for cell in cells if cell is not None]
    if not present:
        raise ValueError("no cell is present, so the shape of a cell is not known; give a dtype")
    return TensorDtype(present[0].shape, np.result_type(*present))


def _converted(cells, dtype, where="", *, n_leading=0):
    """One cell (or with `n_leading=1` several) in a dtype that holds the same numbers."""
    shape = cells.shape[n_leading:]
    if shape != dtype.shape:
        raise ValueError(f"expected a cell of shape {dtype.shape}{where}, got {shape}")
    if not _keeps_numbers(cells, dtype.numpy_dtype):
        raise TypeError(
            f"cannot keep {cells.dtype} values{where} as {dtype.numpy_dtype} without changing them"
        )
    return cells.astype(dtype.numpy_dtype, copy=False)


def _keeps_numbers(cells, target):
    """Whether the numbers survive the cast; floats may lose digits, but not become infinite."""
    if np.can_cast(cells.dtype, target, "safe"):
        return True
    if cells.dtype.kind in "iu" and target.kind in "iu":
        return np.array_equal(cells.astype(target), cells)
    if not np.can_cast(cells.dtype, target, "same_kind"):
        return False
    with np.errstate(over="ignore"):
        return not (np.isfinite(cells) & ~np.isfinite(cells.astype(target))).any()
