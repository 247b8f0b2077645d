"""What shows training: a bar, and files for TensorBoard."""

import pickle
import sys
from types import ModuleType

import pytest
from sklearn.base import clone

from skmm.nn import TensorBoardLog
from tests.nn.quick import quick


def test_verbose_2_shows_a_bar_over_the_epochs(toy, capsys):
    quick(verbose=2, early_stopping=True).fit(*toy)
    out, err = capsys.readouterr()
    assert out == ""
    assert "3/3" in err
    assert "valid_loss=" in err


class Writer:
    """Stand in for torch's SummaryWriter."""

    rows = []

    def __init__(self, log_dir):
        self.log_dir = log_dir

    def add_scalar(self, name, value, step):
        Writer.rows.append((self.log_dir, name, value, step))

    def flush(self):
        pass

    def close(self):
        Writer.rows.append("closed")


@pytest.fixture
def rows(monkeypatch):
    module = ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = Writer
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    Writer.rows = []
    return Writer.rows


def test_losses_and_rates_go_to_tensorboard(toy, rows, tmp_path):
    log = TensorBoardLog(tmp_path)
    model = quick(callbacks=[log], lr_schedule="cosine", early_stopping=True).fit(*toy)
    expected = [
        (str(tmp_path), name, epoch[name], epoch["epoch"])
        for epoch in model.history_.to_dict("records")
        for name in ("train_loss", "valid_loss", "lr")
    ]
    assert rows.pop() == "closed"
    assert sorted(rows, key=str) == sorted(expected, key=str)
    assert vars(log) == {"log_dir": tmp_path}


def test_an_event_file_is_written(toy, tmp_path):
    quick(callbacks=[TensorBoardLog(tmp_path)]).fit(*toy)
    assert len(list(tmp_path.glob("events.out.tfevents*"))) == 1


def test_a_log_is_cloned_and_pickled(toy, rows, tmp_path):
    model = quick(callbacks=[TensorBoardLog(tmp_path)])
    clone(model).fit(*toy)
    assert pickle.loads(pickle.dumps(model.fit(*toy))).callbacks[0].log_dir == tmp_path


def test_an_open_writer_is_not_pickled(rows, tmp_path):
    log = TensorBoardLog(tmp_path)
    log.on_train_begin(None)
    assert vars(pickle.loads(pickle.dumps(log))) == {"log_dir": tmp_path}


def test_the_extra_is_named_where_tensorboard_is_missing(toy, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(ImportError, match=r"TensorBoardLog needs .*skmm\[tensorboard\]"):
        quick(callbacks=[TensorBoardLog(tmp_path)]).fit(*toy)
