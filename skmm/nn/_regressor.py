"""Regression by deep fusion."""

import numpy as np
from sklearn.base import RegressorMixin

from skmm._targets import check_targets
from skmm._validation import _fit_context
from skmm.nn._estimator import DeepFusionEstimator, check_length
from skmm.nn._targets import Goal, read_numbers


class DeepFusionRegressor(RegressorMixin, DeepFusionEstimator):
    """Predict a number from several modalities by one network that is trained on all of them.

    Each modality has an encoder, a fusion module combines what they make of the modalities that are
    present, and a small network predicts the target. Numbers are standardized inside, the target,
    too; the loss is the squared error. A null cell is a missing modality; what it would have held
    never matters.

    Parameters
    ----------
    fusion : str or nn.Module, default="gated"
        How the embeddings of the modalities become one:

        - ``"concat"``: a hidden layer reads all of them side by side, see :class:`ConcatModule`;
        - ``"sum"``: a sum of linear maps, see :class:`SumModule`;
        - ``"gated"``: gates weigh them sample by sample and unit by unit [1]_, see
          :class:`GatedModule`;
        - ``"attention"``: one weight per sample and modality, see :class:`AttentionModule`;
        - ``"tensor"``: all products of units across modalities, see :class:`TensorModule`;
        - ``"low_rank"``: the same with fewer weights, see :class:`LowRankModule`;
        - ``"film"``: the others scale and shift the first modality, see :class:`FilmModule`;
        - ``"embrace"``: units copy modalities at random in training, see :class:`EmbraceModule`;
        - ``"cross_attention"``: steps, words and places of each modality read those of the others,
          see :class:`CrossAttentionModule`;
        - ``"bottleneck"``: transformers that meet in a few shared tokens, see
          :class:`BottleneckModule`;
        - a module: anything that makes one tensor (n, `embed_dim`) of a list of them and a mask of
          what is present. Every `fit` trains a copy of it, from the weights it has.
    encoders : "auto" or dict, default="auto"
        By modality, for those where shape and dtype would choose another (see Notes) or defaults do
        not suit:

        - a kind, ``"vector"``, ``"image"``, ``"sequence"`` or ``"tokens"``;
        - a pair of a kind and options, which are the keyword arguments of :class:`VectorEncoder`,
          :class:`ImageEncoder`, :class:`SequenceEncoder` or :class:`TokenEncoder`, and ``lr``, a
          learning rate of its own, of a pretrained image network without the new layer on top:
          ``("tokens", {"body": "gru", "lr": 1e-4})``;
        - a torch module, of which every `fit` trains a copy from the weights it has, or a pair of it
          and ``{"lr": 1e-5}``. It takes samples of any shape (B, ...), standardized numbers or ids, and
          returns (B, width); a linear map is added where the width is not ``embed_dim``. Steps of NaN
          that pad a sequence are left in, for ``torch.isnan(x)`` to find.
    embed_dim : int, default=64
        Width of what an encoder and the fusion return.
    hidden_dims : tuple of int, default=(64,)
        Widths of the hidden layers between fusion and prediction.
    dropout : float, default=0.3
        Share of every embedding and hidden layer that is dropped in training, in [0, 1).
    modality_dropout : float, default=0.0
        Probability with which a modality that is present is hidden in training [2]_, in [0, 1); one
        always remains. Use 0.2 where modalities can be missing at prediction.
    auxiliary_weight : float, default=0.0
        Weight, in the training loss, of the mean loss of one more head per modality, which predicts
        from that modality alone; so every encoder is taught, however strong the others are. The heads
        are not used in predictions; :class:`GradientBlending` and :class:`GradientModulation` need
        them. ``train_loss`` counts the heads, ``valid_loss`` does not.
    max_epochs : int, default=50
        How often the net sees every sample.
    batch_size : int, default=64
        Samples per step of the optimizer; -1 takes all. A single sample that is left over joins the
        last batch.
    lr : float, default=1e-3
        Learning rate.
    lr_schedule : {"cosine", "linear", "one_cycle", "plateau"} or None, default=None
        How the learning rate changes over the epochs of a `fit`. ``"cosine"`` and ``"linear"`` fall
        from ``lr`` to 0; ``"one_cycle"`` rises to ``lr`` and falls, step by step [4]_; ``"plateau"``
        divides by 10 when the loss, of the held out part if there is one, has not fallen for 10
        epochs.
    optimizer : {"adamw", "adam", "sgd"}, default="adamw"
        AdamW [3]_, Adam, or stochastic gradient descent.
    weight_decay : float, default=1e-4
        L2 penalty, as the optimizer defines it.
    l1 : float, default=0.0
        Weight of the sum of absolute weights, biases apart, in the loss.
    max_grad_norm : float, default=None
        Gradients with a larger norm, all weights taken together, are scaled down to it; None leaves
        them as they are.
    early_stopping : bool, default=False
        Whether to hold out a part of the samples, or whole groups if `fit` is given any, stop when
        the loss on it no longer falls, and keep the weights of the best epoch.
    validation_fraction : float, default=0.1
        Share of the samples to hold out for early stopping, in (0, 1).
    patience : int, default=10
        Epochs without improvement after which training stops early.
    warm_start : bool, default=False
        Whether `fit` goes on with the net of the last `fit`, its moments, statistics and history,
        for another ``max_epochs`` epochs. Early stopping then also compares with the net as it came.
    device : str, default="auto"
        ``"cpu"``, ``"cuda"`` or ``"cuda:1"``; ``"auto"`` takes a GPU where there is one.
    precision : {"float32", "float64", "bfloat16"}, default="float32"
        Numbers the net computes with. ``"bfloat16"`` halves memory and time on a GPU: layers compute
        with 16 bits where torch holds that to be safe, and weights keep 32.
    callbacks : list, default=None
        skorch callbacks; they are copied for every `fit`. ``EpochScoring`` scores what the estimator
        predicts, by any scorer of scikit-learn.
    net_params : dict, default=None
        Further arguments of ``skorch.NeuralNet``, such as ``optimizer__momentum``, or ``compile``,
        which compiles the network (a model that is loaded again predicts without). With
        ``module__`` in front they go to the fusion module: ``{"module__gate": "sigmoid"}``.
    privacy : DPSGD, default=None
        How much privacy to keep: a :class:`~skmm.privacy.DPSGD` trains with clipped, noisy gradients.
        None trains as usual.
    random_state : int, RandomState instance or None, default=None
        Seed of weights, batches, dropout and the held out part. With an int, results are equal in
        every `fit`, process and for every ``n_jobs``.
    verbose : int, default=0
        1 prints a line per epoch with its losses, 2 shows a bar over the epochs.

    Attributes
    ----------
    y_mean_ : float or ndarray of shape (n_targets,)
        Mean of y in `fit`, by sample weight: the prediction for a sample that has no modality at
        all.
    y_scale_ : float or ndarray of shape (n_targets,)
        Standard deviation of y in `fit`; 1 if y is constant.
    modalities_ : list of str or None
        Names of the modalities; None if X was a matrix of numbers.
    cell_shapes_ : dict of str to tuple
        Shape of a sample of each modality.
    network_ : dict
        Arguments of the :class:`FusionNetwork`.
    net_ : skorch.NeuralNet
        The trained net. After loading it predicts; more training is for `fit`.
    history_ : DataFrame
        ``epoch``, ``train_loss`` unless training was private, ``valid_loss`` with early stopping, and
        ``lr`` with a schedule that changes by epoch; a row per epoch.
    n_iter_ : int
        Number of epochs.
    epsilon_, delta_ : float
        Privacy that was spent, only with ``privacy``; see :class:`~skmm.privacy.DPSGD`.
    noise_multiplier_ : float
        Standard deviation of the noise over ``max_grad_norm``, only with ``privacy``.
    sample_rate_, n_steps_ : float, int
        Probability with which a sample was in a batch, and number of batches, only with ``privacy``.
    n_features_in_ : int
        Number of modalities, or of columns of a matrix.
    feature_names_in_ : ndarray of str
        Names of the columns of X; invented ones for nameless columns of samples.

    See Also
    --------
    DeepFusionClassifier : The same for classes.
    FusionNetwork : The network that is trained.

    Notes
    -----
    Samples of shape (d,) are vectors, or ids of tokens if they are integers, 0 being padding; samples
    of shape (T, C) are sequences, steps of NaN at the end being padding; samples of shape (C, H, W)
    are images. Any other NaN in a sample that is present is an error. A column of single numbers is
    a vector of length 1.

    On a CPU the net computes with one thread, so that results do not depend on ``n_jobs``; use
    ``n_jobs`` of a search, or a GPU.

    A training sample without any modality does not train the net; it counts for ``y_mean_`` only.

    A fitted net is a transformer, too: `transform` returns what the fusion makes of a sample. Rows
    alone and in a batch agree to the precision of the net.

    A pickle holds parameters, weights, sizes and history, and neither torch nor skorch objects, unless
    a module was given; it warns when it is loaded with other versions. A model trained on a GPU loads
    on the CPU.

    References
    ----------
    .. [1] J. Arevalo et al., "Gated multimodal units for information fusion", ICLR workshop 2017.
    .. [2] N. Neverova et al., "ModDrop: adaptive multi-modal gesture recognition", IEEE TPAMI 38(8),
       2016.
    .. [3] I. Loshchilov and F. Hutter, "Decoupled weight decay regularization", ICLR 2019.
    .. [4] L. N. Smith and N. Topin, "Super-convergence: very fast training of neural networks using
       large learning rates", 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from skmm.frame import make_frame
    >>> from skmm.nn import DeepFusionRegressor
    >>> rng = np.random.default_rng(0)
    >>> audio, sensor = rng.normal(size=(80, 3)), rng.normal(size=(80, 2))
    >>> y = audio[:, 0] + sensor[:, 1]
    >>> X = make_frame(audio=audio, sensor=sensor)
    >>> model = DeepFusionRegressor(lr=1e-2, dropout=0.0, random_state=0).fit(X, y)
    >>> bool(model.score(X, y) > 0.9)
    True
    """

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None, groups=None):
        """Train the network.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_modalities) or array of shape (n_samples, n_features)
            A column per modality, of tensors or of arrays of one shape; null cells are missing
            modalities. A matrix of numbers is one modality.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Target, or several; each counts the same in the loss.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples in the loss; samples of weight 0 are left out.
        groups : array-like of shape (n_samples,), default=None
            Group of each sample, such as its speaker. With ``early_stopping`` whole groups are held
            out. Requested by default in metadata routing.

        Returns
        -------
        self : object

        Raises
        ------
        ModalityError
            If a sample cannot be read or holds NaN, or a modality is missing everywhere.
        ValueError
            If every weight is zero, no sample or group can be held out, or something cannot be
            combined with ``privacy``.
        FloatingPointError
            If the training loss is not finite. The message names the epoch, and the modality if one
            stands out. With ``privacy`` it is a warning, for one sample must not decide that.
        torch.OutOfMemoryError
            If the memory of the device is not enough for the net and a batch.
        """
        return self._train(X, y, sample_weight, groups=groups)

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y, sample_weight=None):
        """Train one epoch more, on new samples: to get used to a new user, say.

        The first call builds the net from its samples. Later ones keep statistics, ``y_mean_``,
        ``y_scale_`` and the moments of the optimizer. Nothing is held out.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_modalities) or array of shape (n_samples, n_features)
            As in `fit`. After the first call a modality may be missing everywhere.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            Target, or several; each counts the same in the loss.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples in the loss; samples of weight 0 are left out.

        Returns
        -------
        self : object

        Raises
        ------
        ValueError
            If no sample has positive weight and any modality.
        FloatingPointError
            If the training loss is not finite; the old net stays.
        """
        return self._train(X, y, sample_weight, is_part=True)

    def _read_y(self, y, n_samples, goes_on):
        y = check_targets(y, numeric=True, estimator=self).astype(np.float64)
        check_length(y, n_samples)
        return y

    def _aim(self, y, weight, occupied, *, known, is_part):
        target = self._keep_private(read_numbers(y, weight))
        if known is not None:  # the net speaks in the units it was first trained in
            if known[0].n_outputs != target.n_outputs:
                raise ValueError(
                    f"training goes on with a net for {known[0].n_outputs} targets, and y has "
                    f"{target.n_outputs}; set warm_start=False, or fit a new model"
                )
            target = known[0]
        return [Goal(target, target.encode(y), weight)], np.zeros(len(y), dtype=int)

    def _tell(self, y):
        self.y_mean_, self.y_scale_ = self._targets[0].statistics

    def predict(self, X):
        """Predict the target.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_modalities) or array of shape (n_samples, n_features)
            As in `fit`. Columns of a frame are found by name.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_targets)
            A sample without any modality gets ``y_mean_``.
        """
        scores, occupied = self._compute_scores(X)
        return self._targets[0].predict(scores, occupied)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
