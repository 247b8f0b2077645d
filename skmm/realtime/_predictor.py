"""Predict one sample after the other in little time."""

from contextlib import suppress

from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skmm._extraction import record_warnings
from skmm.realtime._sample import as_row, read_sample
from skmm.realtime._short_way import ShortWay


def compile_predictor(model):
    """Make a predictor of one sample at a time, for streams and robots.

    What a model does around a row takes longer than the row: it reads a frame, looks at names and
    parameters, and might start workers. The predictor does what depends on the model once, and
    takes a sample as a dict. What it predicts is equal, to the bit, to what the model does for a
    frame of this row, and so are errors and warnings: with a sample out of the ordinary it asks the
    model itself.

    Parameters
    ----------
    model : fitted estimator
        There is a short way through :class:`~skmm.LateFusionClassifier`,
        :class:`~skmm.LateFusionRegressor`, pipelines that begin with a
        :class:`~skmm.MultimodalFusion`, deep ones included, and searches whose best estimator is
        one of these, if members read one column each, by its name. Of any other model the
        predictor asks the model.

    Returns
    -------
    predictor : CompiledPredictor

    Raises
    ------
    NotFittedError
        If the model is not fitted.

    See Also
    --------
    skmm.nn.export_onnx : Run a net without Python.

    Notes
    -----
    A model that is fitted again is compiled again when the next sample comes. Compile it yourself
    after you set parameters. Features are neither looked up in a cache nor put into one
    (``memory=``): a sample of a stream comes once.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skmm import MultimodalFusion
    >>> from skmm.audio import MFCCExtractor
    >>> from skmm.datasets import make_keypad_digits
    >>> from skmm.realtime import compile_predictor
    >>> from skmm.text import BagOfWordsVectorizer
    >>> X, y = make_keypad_digits(100, noise=0, random_state=0)
    >>> features = [("audio", MFCCExtractor(sampling_rate=8000)), ("text", BagOfWordsVectorizer())]
    >>> model = make_pipeline(
    ...     MultimodalFusion(features, missing="mean"), LogisticRegression(max_iter=1000)
    ... )
    >>> predictor = compile_predictor(model.fit(X, y))
    >>> predictor.predict({"audio": X["audio"].iloc[0], "text": X["text"].iloc[0]}) == y[:1]
    array([ True])
    >>> predictor.predict({"audio": None, "text": "seven"})
    array([7])
    """
    check_is_fitted(model)
    return CompiledPredictor(model)


def _has_probabilities(predictor):
    return getattr(predictor.model, "predict_proba", None) is not None


class CompiledPredictor:
    """What :func:`compile_predictor` makes of a model.

    Parameters
    ----------
    model : fitted estimator

    Attributes
    ----------
    model : estimator
        The same, which is asked in all cases out of the ordinary.
    is_compiled : bool
        Whether there is a short way. If not, the model is asked in every case.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skmm import LateFusionClassifier, make_frame
    >>> from skmm.realtime import compile_predictor
    >>> from skmm.text import BagOfWordsVectorizer
    >>> X = make_frame(title=["red fish", "blue cat"] * 5, body=["it swims", "it purrs"] * 5)
    >>> late = LateFusionClassifier(
    ...     [(m, make_pipeline(BagOfWordsVectorizer(), LogisticRegression())) for m in X], rule="mean"
    ... )
    >>> predictor = compile_predictor(late.fit(X, ["fish", "cat"] * 5))
    >>> predictor.is_compiled, predictor.predict({"title": None, "body": "it swims"})
    (True, array(['fish'], dtype='<U4'))
    """

    def __init__(self, model):
        self.model = model
        self._short_way = ShortWay(model)

    @property
    def is_compiled(self):
        """Whether there is a short way through the model as it is fitted now."""
        return self._short_way.get() is not None

    def predict(self, sample):
        """Predict the target of one sample.

        Parameters
        ----------
        sample : dict, DataFrame of one row, or ndarray of shape (1, n_features)
            A cell per modality; None is a missing modality. Numbers without names are for models of
            such.

        Returns
        -------
        y : ndarray of shape (1,) or (1, n_targets), or what else the model returns
        """
        return self._call("predict", sample)

    @available_if(_has_probabilities)
    def predict_proba(self, sample):
        """Predict the probabilities of the classes of one sample, if the model does.

        Parameters
        ----------
        sample : dict, DataFrame of one row, or ndarray of shape (1, n_features)
            A cell per modality; None is a missing modality. Numbers without names are for models of
            such.

        Returns
        -------
        probabilities : ndarray of shape (1, n_classes), or what else the model returns
        """
        return self._call("predict_proba", sample)

    def __reduce__(self):
        return compile_predictor, (self.model,)

    def __repr__(self):
        return f"compile_predictor({self.model!r})"

    def _call(self, method, sample):
        cells = read_sample(sample)
        # Whatever is wrong with the sample or the model, the model says it, and where.
        with suppress(Exception), record_warnings() as caught:
            ask = self._short_way.get()
            if ask is not None:
                result = ask(method, cells)
                if not caught:
                    return result
        return getattr(self.model, method)(as_row(sample))
