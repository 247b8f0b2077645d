"""Whole batches hold the samples they should, and X is neither copied nor written to."""

import numpy as np
import pytest
import torch

from skmm.nn._inputs.blocks import Block
from skmm.nn._training.batches import Batches, BlockDataset, PoissonBatches, as_tensor


@pytest.fixture
def dataset():
    present = np.array([True] * 9 + [False])
    blocks = {"a": Block(np.arange(10.0)[:, np.newaxis], present, "a")}
    return BlockDataset(blocks, ((torch.arange(10),),))


def test_an_array_is_shared_with_torch():
    array = np.zeros((3, 2), dtype=np.float32)
    assert as_tensor(array).data_ptr() == array.ctypes.data


def test_a_read_only_array_is_shared_without_a_warning():
    array = np.zeros((300, 200))  # small ones are copied
    array.flags.writeable = False
    assert as_tensor(array).data_ptr() == array.ctypes.data


@pytest.mark.parametrize("dtype", ["u2", "u4", ">f8", ">i4", "f2", "?"])
def test_numbers_of_any_dtype_keep_their_values(dtype):
    array = np.array([[0, 1], [1, 0]]).astype(dtype)
    assert as_tensor(array).tolist() == array.tolist()


@pytest.mark.parametrize(("dtype", "n_bytes"), [("u2", 4), ("u4", 8), ("i2", 2), ("u1", 1)])
def test_integers_take_no_more_memory_than_they_need(dtype, n_bytes):
    largest = np.array([np.iinfo(dtype).max], dtype=dtype)
    assert as_tensor(largest).element_size() == n_bytes
    assert as_tensor(largest).item() == largest[0]


def test_an_array_that_runs_backwards_keeps_its_values():
    assert as_tensor(np.arange(4.0)[::-1]).tolist() == [3, 2, 1, 0]


def test_batches_in_order_cover_every_sample_once(dataset):
    batches = list(Batches(dataset, batch_size=4))
    assert [len(target[0][0]) for _, target in batches] == [4, 4, 2]
    assert len(Batches(dataset, batch_size=4)) == 3
    assert torch.cat([target[0][0] for _, target in batches]).tolist() == list(range(10))


def test_shuffled_batches_keep_samples_masks_and_targets_together(dataset):
    shuffled = Batches(dataset, batch_size=4, generator=torch.Generator().manual_seed(0))
    inputs, targets = zip(*shuffled, strict=True)
    order = torch.cat([target[0][0] for target in targets])
    assert order.tolist() != list(range(10))
    assert sorted(order.tolist()) == list(range(10))
    assert torch.equal(torch.cat([i["blocks"]["a"] for i in inputs])[:, 0], order.double())
    assert torch.equal(torch.cat([i["present"] for i in inputs])[:, 0], order != 9)


def test_every_epoch_has_its_own_order(dataset):
    batches = Batches(dataset, batch_size=10, generator=torch.Generator().manual_seed(0))
    first, second = (next(iter(batches))[1][0][0].tolist() for _ in range(2))
    assert first != second


@pytest.mark.parametrize("generator", [None, torch.Generator()])
def test_some_rows_make_a_dataset_of_their_own(dataset, generator):
    part = dataset.at(np.array([7, 2, 5]))
    assert len(part) == 3
    seen = torch.cat([target[0][0] for _, target in Batches(part, 2, generator)])
    assert sorted(seen.tolist()) == [2, 5, 7]


def test_samples_stay_where_they_are_without_a_gpu(dataset):
    assert dataset.to("cpu") is dataset
    assert dataset.at(np.array([1])).device == torch.device("cpu")


def test_chance_decides_for_each_sample_alone(dataset):
    batches = PoissonBatches(dataset, batch_size=4, generator=np.random.default_rng(0))
    assert len(batches) == 3  # as many as of fixed size
    taken = np.zeros((1000, 3, 10), dtype=bool)
    for epoch in taken:
        for row, (_, target) in zip(epoch, batches, strict=True):
            row[target[0][0].numpy()] = True
    # 1 / 3 for every sample and batch, within five standard errors.
    error = np.sqrt(1 / 3 * 2 / 3 / 1000)
    assert abs(taken.mean(axis=0) - 1 / 3).max() < 5 * error
    # Independent of each other, samples and batches: sizes are binomial.
    sizes = taken.reshape(3000, 10).sum(axis=1)
    assert abs(sizes.var() - 10 * 1 / 3 * 2 / 3) < 0.2
    flat = taken.reshape(1000, 30).astype(float)
    assert abs(np.corrcoef(flat.T) - np.eye(30)).max() < 5 / np.sqrt(1000)


def test_a_batch_may_be_empty(dataset):
    batches = PoissonBatches(dataset, batch_size=1, generator=np.random.default_rng(0))
    sizes = [len(target[0][0]) for _ in range(5) for _, target in batches]
    assert min(sizes) == 0
    assert len(sizes) == 50


def test_full_batches_have_every_sample(dataset):
    batches = PoissonBatches(dataset, batch_size=10, generator=np.random.default_rng(0))
    ((_, target),) = batches
    assert target[0][0].tolist() == list(range(10))
