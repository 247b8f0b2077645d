"""Read a model from a file that may come from anybody."""

import json
import os

from skmm.persistence._archive import RECORD, SCHEMA, Archive
from skmm.persistence._nodes import LARGEST, check_nodes, follow_moves, read_json, types_of
from skmm.persistence._record import check_record
from skmm.persistence._skops import build, find_untrusted
from skmm.persistence._stored import reading
from skmm.persistence._trees import check_trees
from skmm.persistence._trusted import KNOWN, MOVED, names_of


def load(path, *, trusted=(), mmap_mode=None):
    """Load a model that :func:`dump` has kept.

    No code in the file is run: it can name types, of which only those in :data:`TRUSTED`, in
    `trusted`, and the estimators of scikit-learn are made, and it holds arrays and plain values.

    Parameters
    ----------
    path : str or path-like
        The file.
    trusted : list of type or str, default=()
        Types and functions of your own in the model, or their names. The modules of those that are
        in the file are imported, and their objects get what the file says: name what you know, and
        never what a file from elsewhere happens to ask for.
    mmap_mode : {"r"} or None, default=None
        With "r" large arrays stay in the file and are mapped into memory, read-only, so that many
        processes share them; the file must not be changed in place then. Networks have their weights
        in memory all the same. None reads all arrays.

    Returns
    -------
    model : object
        Networks that were trained on a GPU are on the CPU, with a warning, if there is none here.

    Raises
    ------
    ImportError
        If skops is not installed.
    OSError
        If the file cannot be opened.
    TypeError
        If the file holds types that are not trusted.
    ValueError
        If the file is damaged, has been changed, or is none of :func:`dump`; if this release does
        not read its format; or for another `mmap_mode`.

    Warns
    -----
    UserWarning
        If it was saved with other minor versions of skmm, scikit-learn, or, with networks, torch.

    See Also
    --------
    dump : Keep a model.

    Notes
    -----
    Before anything is made of it the whole file is checked: its structure, a checksum of every member,
    that arrays are as large as they say and hold no objects, that trees of scikit-learn end and stay
    within their features, that weights fit their networks. Arrays never take more memory than they
    take in the file, and networks as much again; plain values, such as the words of a vocabulary,
    take up to some 25 times their text.

    What a stranger's model predicts is another matter: nobody can see from weights what they were
    trained for, and compiled code of scikit-learn other than trees may fail on arrays that were made
    to break it.

    Examples
    --------
    >>> import tempfile
    >>> import skmm
    >>> from skmm.fusion import ConcatFusion
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     skmm.dump(ConcatFusion(scaling="mfa"), f"{folder}/fusion.skmm")
    ...     skmm.load(f"{folder}/fusion.skmm")
    ConcatFusion(scaling='mfa')
    """
    if mmap_mode not in (None, "r"):
        raise ValueError(f"mmap_mode={mmap_mode!r}; expected 'r' or None")
    own = names_of(trusted)
    path = os.fspath(path)
    with open(path, "rb") as file:
        try:
            return _read(file, own, mapped=mmap_mode == "r")
        except ImportError:
            raise
        except _UntrustedError as error:
            raise TypeError(
                f"{path!r} holds the types {error.names}, which are not trusted, and nothing of it was "
                f"loaded. If they are yours, or you know what they do, say trusted={error.names}; if "
                "you do not know who made the file, do not"
            ) from None
        # What comes out of the file, and fails in any way, does so because of the file.
        except Exception as error:
            raise ValueError(
                f"{path!r} is no model that skmm.dump has kept, or it is damaged or was changed: "
                f"{error}. Take another copy, or keep the model again"
            ) from error


class _UntrustedError(Exception):
    def __init__(self, names):
        super().__init__(names)
        self.names = names


def _read(file, own, *, mapped):
    archive = Archive(file, mapped=mapped)
    schema = archive.read(SCHEMA, limit=LARGEST)
    tree = read_json(schema)
    record = read_json(archive.read(RECORD))
    check_record(record, archive.checksums, types_of(tree))
    if follow_moves(tree, MOVED):
        schema = json.dumps(tree).encode()
    types = types_of(tree)
    trusted = (KNOWN | own) & types  # skops copies them for each of its nodes
    if untrusted := find_untrusted(schema, trusted):
        raise _UntrustedError(untrusted)
    check_nodes(tree, own & types)
    with reading(archive):
        model = build(schema, trusted)
    check_trees(model)
    return model
