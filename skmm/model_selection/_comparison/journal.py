"""Results of single folds on disk, so that a comparison goes on where it was interrupted."""

import json
import os
from hashlib import sha256
from pathlib import Path

import numpy as np
import sklearn

import skmm
from skmm._atomic import replacing
from skmm.model_selection._comparison.fingerprint import hash_object, hash_rows

FORMAT = 1  # goes up when lines change their meaning
_MAY_BE_NAN = ("n_extractions", "model_size")


def open_journal(path, strategies, data, folds, params, *, may_change=()):
    """Open a journal for the results of these models on these data.

    Parameters
    ----------
    path : str or path-like
    strategies : list of Strategy
    data : Data
    folds : list of (train, test)
    params : dict or None
        Metadata for the models.
    may_change : collection of str, default=()
        As in :class:`Journal`.

    Returns
    -------
    journal : Journal
    """
    circumstances = {
        "X": hash_rows(data.X),
        "y": hash_object(np.asarray(data.y)),
        "folds": hash_object(folds),
        "groups": hash_object(None if data.groups is None else np.asarray(data.groups)),
        "scoring": hash_object(data.scoring),
        "params": hash_object(params),
        "versions of skmm and scikit-learn": f"{skmm.__version__}, {sklearn.__version__}",
    }
    inner_cv = data.inner_folds.inner_cv
    hashes = {s.name: hash_object([s.model, s.grid, s.grid and inner_cv]) for s in strategies}
    return Journal(path, circumstances, hashes, may_change)


class Journal:
    """A file of JSON lines: what the results are of, then a line for every model and fold.

    Nothing in it is executed. A line that was cut off or damaged is as if it were not there.

    Parameters
    ----------
    path : str or path-like
        Is made if it is not there.
    circumstances : dict of str to str
        Hashes of everything but the models that results depend on, by name.
    hashes : dict of str to str
        Hashes of the models, by name.
    may_change : collection of str, default=()
        Models that may be others than before: their results are not found then.

    Raises
    ------
    ValueError
        If the file is of something else, or of other data, folds or models.
    """

    def __init__(self, path, circumstances, hashes, may_change=()):
        self.path = Path(path)
        self.hashes = hashes
        self.header = {"skmm": "compare_fusions", "format": FORMAT, "of": circumstances}
        content = self.path.read_bytes() if self.path.exists() else b""
        lines = content.splitlines()
        records = [record for line in lines if (record := _read(line)) is not None]
        if lines:
            self._check_header(records)
        self.records = records[1:]
        self._check_models(may_change)
        if len(records) < len(lines) or not content.endswith(b"\n"):
            self._write_anew()

    def find(self, strategies):
        """Return the results of these models, by (model, fold)."""
        names = {strategy.name for strategy in strategies}
        return {
            (record["model"], record["fold"]): _restore(record)
            for record in self.records
            if record["model"] in names and record["hash"] == self.hashes[record["model"]]
        }

    def add(self, record):
        """Keep one more result; it is on disk when this returns."""
        line = _write(record | {"hash": self.hashes[record["model"]]})
        with self.path.open("ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def _check_header(self, records):
        header = records[0] if records else {}
        if {**header, "of": None} != {**self.header, "of": None}:
            raise ValueError(
                f"resume={str(self.path)!r} holds no results of compare_fusions in format {FORMAT}; "
                "give the path of a file that is not there yet"
            )
        differ = [name for name, value in self.header["of"].items() if header["of"][name] != value]
        if differ:
            raise ValueError(
                f"resume={str(self.path)!r} holds results with other {', '.join(differ)}; give "
                "another path, or delete the file"
            )

    def _check_models(self, may_change):
        for record in self.records:
            name = record["model"]
            if name not in may_change and record["hash"] != self.hashes.get(name, record["hash"]):
                raise ValueError(
                    f"resume={str(self.path)!r} holds results of another model {name!r}, with other "
                    "parameters or another grid; rename the model, or give another path"
                )

    def _write_anew(self):
        """Keep the lines that can be read."""
        with replacing(self.path) as file:
            file.writelines(map(_write, [self.header, *self.records]))


def _write(record):
    """A record as a line, with a checksum; what is not a number is null."""
    values = {
        name: None if isinstance(value, float) and np.isnan(value) else value
        for name, value in record.items()
    }
    return f"{json.dumps({**values, 'check': _check(values)})}\n".encode()


def _read(line):
    """The record of a line, or None if the line is damaged."""
    try:
        record = json.loads(line)
        return record if record.pop("check") == _check(record) else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _check(record):
    return sha256(json.dumps(record).encode()).hexdigest()[:16]


def _restore(record):
    """The record as it was before it was written."""
    unknown = {name: np.nan for name in _MAY_BE_NAN if record[name] is None}
    return {name: value for name, value in record.items() if name != "hash"} | unknown
