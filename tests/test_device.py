import pytest
import torch

from skmm._device import resolve_device


def test_auto_is_a_device_that_is_there():
    assert resolve_device("auto") == ("cuda" if torch.cuda.is_available() else "cpu")
    assert resolve_device("cpu") == "cpu"


@pytest.mark.parametrize("device", ["cuda:99", "nonsense", "meta"])
def test_a_device_that_cannot_be_used_is_refused_with_the_way_out(device):
    with pytest.raises(ValueError, match=f"device='{device}' cannot be used.*'auto' or 'cpu'"):
        resolve_device(device)
