"""How the learning rate changes while a net is trained."""

from skorch.callbacks import Callback, LRScheduler
from torch.optim import lr_scheduler

SCHEDULES = ("cosine", "linear", "one_cycle", "plateau")


class EpochSchedule(LRScheduler):
    """skorch's callback for schedules that step after an epoch, and so need not hear of batches."""

    on_batch_end = Callback.on_batch_end

    def on_epoch_end(self, net, **kwargs):
        """Record the rate of all parameters that have none of their own, and step."""
        rate = net.optimizer_.param_groups[-1]["lr"]  # skorch puts them last, and records the first
        super().on_epoch_end(net, **kwargs)
        net.history.record(self.event_name, rate)


def make_schedule(name, n_epochs, n_batches, monitor):
    """Make the callback that changes the learning rate.

    Parameters
    ----------
    name : {"cosine", "linear", "one_cycle", "plateau"}
    n_epochs : int
        Length of the training; the schedule starts anew with each.
    n_batches : int
        Steps per epoch.
    monitor : {"train_loss", "valid_loss"}
        What "plateau" looks at.

    Returns
    -------
    callback : LRScheduler
    """
    # Without `last_epoch`, skorch would go on after the epochs in the history of a warm start.
    if name == "cosine":
        policy = lr_scheduler.CosineAnnealingLR
        return EpochSchedule(policy, T_max=n_epochs, last_epoch=-1, event_name="lr")
    if name == "linear":
        ends = {"start_factor": 1.0, "end_factor": 0.0, "total_iters": n_epochs}
        return EpochSchedule(lr_scheduler.LinearLR, **ends, last_epoch=-1, event_name="lr")
    if name == "plateau":
        return EpochSchedule(lr_scheduler.ReduceLROnPlateau, monitor=monitor, event_name="lr")
    return LRScheduler(
        make_one_cycle,
        total_steps=n_epochs * n_batches,
        last_epoch=-1,
        step_every="batch",
        event_name="lr",
    )


def make_one_cycle(optimizer, total_steps, last_epoch):
    """Rise to the learning rate of each group of parameters, and fall to almost 0."""
    return lr_scheduler.OneCycleLR(
        optimizer,
        max_lr=[group["lr"] for group in optimizer.param_groups],
        total_steps=total_steps,
        last_epoch=last_epoch,
        cycle_momentum=False,
    )
