"""Feed skorch whole batches: fetching sample by sample takes half of the time of a small net."""

import warnings
from copy import copy
from itertools import chain

import numpy as np
import torch
from torch.utils.data import Dataset

# What torch can index; other numbers are converted.
_INDEXABLE = {np.dtype(name) for name in ("?", "u1", "i1", "i2", "i4", "i8", "f2", "f4", "f8")}

# A read-only array of fewer bytes is copied: that is sooner done than warnings are silenced.
_SMALL = 2**16

# Of the free memory of a GPU, what samples may take; the rest is for what is computed of them.
_SHARE_OF_MEMORY = 0.5


def as_tensor(array):
    """Share the memory of an array with torch where torch knows its dtype."""
    if array.dtype not in _INDEXABLE:
        fits = array.dtype.kind in "iu" and array.dtype.newbyteorder("=") != np.uint64
        integers = np.int32 if array.dtype.itemsize < 4 else np.int64
        array = array.astype(integers if fits else np.float64)
    if not array.flags.writeable and array.nbytes < _SMALL:
        array = array.copy()
    if any(stride < 0 for stride in array.strides):
        array = np.ascontiguousarray(array)
    with warnings.catch_warnings():
        # X may be read-only, as in worker processes. Nothing here ever writes to it.
        warnings.filterwarnings("ignore", "The given NumPy array is not writable", UserWarning)
        return torch.from_numpy(array)


class BlockDataset(Dataset):
    """Samples of several blocks, with their targets; indexed by a tensor of positions, or a slice.

    There is a mask of presence only if something is missing: a network takes none for all present.

    Parameters
    ----------
    blocks : dict of str to Block
        As brought to their kinds.
    target : tuple of tuple of Tensor, default=()
        What the loss wants beside the scores: for each target (y, weight), or (y,).
    """

    def __init__(self, blocks, target=()):
        self.blocks = {name: as_tensor(block.tensor) for name, block in blocks.items()}
        self.n_samples = len(next(iter(blocks.values())).present)
        self.present = None
        if not all(block.present.all() for block in blocks.values()):
            self.present = torch.from_numpy(np.column_stack([b.present for b in blocks.values()]))
        self.target = target
        self.rows = None

    def at(self, rows):
        """Return a dataset of some rows, an ndarray of positions; it shares the tensors."""
        part = copy(self)
        part.rows = torch.from_numpy(rows).to(self.device)
        return part

    def to(self, device):
        """Return the dataset on a GPU that has room for it, and as it is otherwise.

        To copy batch by batch in every epoch takes longer than small nets take to learn from them.
        """
        tensors = [*self.blocks.values(), *chain.from_iterable(self.target)]
        n_bytes = sum(tensor.numel() * tensor.element_size() for tensor in tensors)
        if torch.device(device).type == "cpu" or n_bytes > _SHARE_OF_MEMORY * _free_bytes(device):
            return self
        there = copy(self)
        try:
            there.blocks = {name: tensor.to(device) for name, tensor in self.blocks.items()}
            there.present = None if self.present is None else self.present.to(device)
            there.target = tuple(tuple(part.to(device) for part in parts) for parts in self.target)
        except torch.OutOfMemoryError:  # a process may be allowed less than is free
            return self
        return there

    @property
    def device(self):
        """Where the samples are."""
        return next(iter(self.blocks.values())).device

    def __len__(self):
        return self.n_samples if self.rows is None else len(self.rows)

    def __getitem__(self, where):
        if not isinstance(where, slice):
            where = where.to(self.device)
        if self.rows is not None:
            where = self.rows[where]
        blocks = {name: _take(tensor, where) for name, tensor in self.blocks.items()}
        target = tuple(tuple(_take(part, where) for part in parts) for parts in self.target)
        inputs = {"blocks": blocks}
        if self.present is not None:
            inputs["present"] = _take(self.present, where)
        return inputs, target


def _free_bytes(device):
    return torch.cuda.mem_get_info(device)[0]


def _take(tensor, where):
    return tensor[where] if isinstance(where, slice) else tensor.index_select(0, where)


class Batches:
    """Stand in for torch's DataLoader: take all samples of a batch at once.

    In training, a single sample that is left over joins the last batch: normalization over a batch
    of one, in a module of the user, fails.

    Parameters
    ----------
    dataset : BlockDataset
    batch_size : int
    generator : torch.Generator, default=None
        Where the order of the samples comes from; None keeps them in order.
    """

    def __init__(self, dataset, batch_size, generator=None):
        self.dataset = dataset
        self.batch_size = batch_size
        self.generator = generator

    def __len__(self):
        return len(self._starts())

    def _starts(self):
        starts = range(0, len(self.dataset), self.batch_size)
        if self.generator is not None and self.batch_size > 1 and len(starts) > 1:
            is_left_over = len(self.dataset) - starts[-1] == 1
            return starts[:-1] if is_left_over else starts
        return starts

    def __iter__(self):
        n_samples = len(self.dataset)
        order = None
        if self.generator is not None:
            order = torch.randperm(n_samples, generator=self.generator)
        starts = self._starts()
        for start, end in zip(starts, [*starts[1:], n_samples], strict=True):
            where = slice(start, end)
            yield self.dataset[where if order is None else order[where]]


class PoissonBatches(Batches):
    """Let chance decide for each sample whether it is in a batch, independently of all others.

    That is what the amplification of privacy by sampling rests on; shuffled batches do not have it.
    There are as many batches as of fixed size, so that an epoch has each sample once on average. A
    batch may be empty.

    Parameters
    ----------
    dataset : BlockDataset
    batch_size : int
        Samples of a batch, on average and at most.
    generator : object
        Has a method ``random``, as a ``numpy.random.Generator``.
    """

    def __iter__(self):
        n_batches = len(self)
        for _ in range(n_batches):
            is_taken = self.generator.random(len(self.dataset)) < 1 / n_batches
            yield self.dataset[torch.from_numpy(np.flatnonzero(is_taken))]
