"""Stop when the held-out part no longer gains, and never end with less than there was."""

import numpy as np
from skorch.callbacks import EarlyStopping


class StopAtBest(EarlyStopping):
    """skorch's early stopping, which for a net that was trained before counts what it came with.

    Without, training that goes on and only spoils the net would keep the least spoiled weights.
    """

    def on_epoch_begin(self, net, dataset_train=None, dataset_valid=None, **kwargs):
        """Take the weights of the last training for those of its last epoch, before the first one."""
        is_first = self.best_epoch_ == 0 and self.misses_ == 0
        if not is_first or len(net.history) == 1:
            return
        net.history.record(
            self.monitor, mean_loss_of(net, dataset_valid)
        )  # until the epoch has its own
        self.on_epoch_end(net)
        self.best_epoch_ -= 1


def mean_loss_of(net, dataset):
    """Mean loss of a net over a dataset, as skorch records that of a validation part."""
    losses, sizes = [], []
    for batch in net.get_iterator(dataset):
        losses.append(net.validation_step(batch)["loss"].item())
        sizes.append(len(batch[1][0][0]))
    return float(np.average(losses, weights=sizes))
