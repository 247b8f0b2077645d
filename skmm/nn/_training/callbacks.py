"""Callbacks that show how training goes on."""

from numbers import Real

from skorch.callbacks import Callback
from tqdm.auto import tqdm

from skmm._optional import import_optional


class EpochBar(Callback):
    """Show a bar over the epochs, with the last losses beside it.

    Parameters
    ----------
    n_epochs : int
    """

    def __init__(self, n_epochs):
        self.n_epochs = n_epochs

    def on_train_begin(self, net, X=None, y=None, **kwargs):
        """Open the bar."""
        self.bar_ = tqdm(total=self.n_epochs, unit="epoch")

    def on_epoch_end(self, net, **kwargs):
        """Move the bar."""
        losses = {n: v for n, v in net.history[-1].items() if n in ("train_loss", "valid_loss")}
        self.bar_.set_postfix(losses, refresh=False)
        self.bar_.update()

    def on_train_end(self, net, X=None, y=None, **kwargs):
        """Leave the bar as it is."""
        self.bar_.close()
        del self.bar_


class TensorBoardLog(Callback):
    """Write the losses of every epoch for TensorBoard; needs the extra ``tensorboard``.

    The files are opened when training begins, so that the callback, unlike skorch's, can be copied,
    cloned and pickled.

    Parameters
    ----------
    log_dir : str or Path
        Folder of the run. Each `fit` adds a file to it.

    See Also
    --------
    DeepFusionClassifier.plot_history : A picture of the losses.

    Examples
    --------
    >>> from skmm.nn import DeepFusionClassifier, TensorBoardLog
    >>> model = DeepFusionClassifier(callbacks=[TensorBoardLog("runs/gated")])
    """

    def __init__(self, log_dir):
        self.log_dir = log_dir

    def on_train_begin(self, net, X=None, y=None, **kwargs):
        """Open the file.

        Parameters
        ----------
        net : NeuralNet
            The net that is trained.
        X, y : object
            Not used.
        **kwargs : dict
            Not used.

        Raises
        ------
        ImportError
            If tensorboard is not installed.
        """
        module = import_optional(
            "torch.utils.tensorboard", extra="tensorboard", purpose="TensorBoardLog"
        )
        self.writer_ = module.SummaryWriter(str(self.log_dir))

    def on_epoch_end(self, net, **kwargs):
        """Write the numbers of the epoch.

        Parameters
        ----------
        net : NeuralNet
            The net that is trained.
        **kwargs : dict
            Not used.
        """
        epoch = net.history[-1]
        for name, value in epoch.items():
            if name.endswith(("loss", "lr")) and isinstance(value, Real):
                self.writer_.add_scalar(name, value, epoch["epoch"])
        self.writer_.flush()

    def on_train_end(self, net, X=None, y=None, **kwargs):
        """Close the file.

        Parameters
        ----------
        net : NeuralNet
            The net that was trained.
        X, y : object
            Not used.
        **kwargs : dict
            Not used.
        """
        self.writer_.close()
        del self.writer_

    def __getstate__(self):
        # Training that failed leaves a writer, with an open file, behind.
        return {"log_dir": self.log_dir}
