"""From one cell to one row of features, by what a fitted transformer does and no more."""

import numpy as np
from sklearn.pipeline import Pipeline

from skmm._extraction import extract_chunk
from skmm._extractor import Extractor
from skmm._samples import Chunk
from skmm.fusion._early.blocks import as_values


class NeedsModelError(Exception):
    """This sample is for the model itself to read, or to refuse."""


def compile_features(transformers, modality):
    """Make a function of a cell that returns what transformers make of a column of this cell.

    Parameters
    ----------
    transformers : list of fitted transformers
        One after the other; none pass the cell through.
    modality : str

    Returns
    -------
    describe : function
        Of a cell that is not null. It raises whatever a transformer raises, without a place.
    """
    first = _compile_first(transformers[0], modality) if transformers else _as_row
    others = transformers[1:]

    def describe(cell):
        rows = first(cell)
        for step in others:
            rows = step.transform(rows)
        return rows

    return describe


def steps_of(estimator):
    """The steps of a pipeline that do anything, those of pipelines in it too, or the estimator itself."""
    if isinstance(estimator, Pipeline):
        return [step for _, inner in estimator.steps for step in steps_of(inner)]
    return [] if estimator is None or isinstance(estimator, str) else [estimator]


def _compile_first(transformer, modality):
    if _does_as_the_base(transformer):
        return _compile_extractor(transformer, modality)
    if isinstance(transformer, Extractor):
        return lambda cell: transformer.transform([cell])
    return lambda cell: transformer.transform(_as_row(cell))


def _does_as_the_base(transformer):
    has_output = hasattr(transformer, "_sklearn_output_config")  # of set_output
    return not has_output and getattr(type(transformer), "transform", None) is Extractor.transform


def _compile_extractor(extractor, modality):
    """Read and extract as in ``transform``, past its cache, its bar and its workers."""
    extractor._validate_params()
    shape = extractor.block_shape_

    def extract(cell):
        chunk = Chunk(_as_cells(cell), [0], None, modality, None)
        row, warned, _, _ = extract_chunk(extractor, chunk, shape, None)
        if warned:
            raise NeedsModelError
        return row

    return extract


def _as_cells(cell):
    if _is_numeric(cell):
        return cell[np.newaxis]
    cells = np.empty(1, dtype=object)
    cells[0] = cell
    return cells


def _as_row(cell):
    """A number or an array of them as a transformer of numbers is given it."""
    if _is_number(cell):
        return np.array([[cell]], dtype=np.float64)
    if _is_numeric(cell):
        return as_values(cell[np.newaxis], 1)
    raise NeedsModelError


def _is_number(cell):
    """Whether a column of this cell alone is one of numbers that pandas and numpy have a dtype for."""
    if isinstance(cell, np.number):
        return cell.dtype.kind in "iuf"
    if isinstance(cell, int):
        return not isinstance(cell, bool) and cell.bit_length() < 64
    return isinstance(cell, float)


def _is_numeric(cell):
    return isinstance(cell, np.ndarray) and cell.dtype.kind in "biufc" and cell.ndim > 0
