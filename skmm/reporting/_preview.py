"""The first rows of a frame, to be looked at and listened to in a notebook."""

from html import escape

from skmm._validation import Integral, Interval, ModalityError, Real, validate_params
from skmm.frame import check_frame
from skmm.reporting._media import show_cell


class FramePreview:
    """Rows of a frame as an HTML table, which notebooks show. Made by :func:`preview`.

    Parameters
    ----------
    html : str

    Examples
    --------
    >>> from skmm.datasets import make_keypad_digits
    >>> from skmm.reporting import preview
    >>> X, y = make_keypad_digits(10, random_state=0)
    >>> preview(X, n_rows=2).html.count("<img")
    2
    """

    def __init__(self, html):
        self.html = html

    def _repr_html_(self):
        return self.html

    def __repr__(self):
        return f"<{type(self).__name__}: shown as a table by notebooks; .html has its text>"


@validate_params(
    {
        "n_rows": [Interval(Integral, 1, None, closed="left")],
        "sampling_rate": [dict, Interval(Real, 1, None, closed="left"), None],
    },
    prefer_skip_nested_validation=True,
)
def preview(X, *, n_rows=5, sampling_rate=None):
    """Show rows of a frame in a notebook: thumbnails, players, texts and curves.

    Parameters
    ----------
    X : DataFrame of shape (n_samples, n_modalities)
        Raw samples or blocks.
    n_rows : int, default=5
        How many rows to show, from the first.
    sampling_rate : float or dict {modality: float}, default=None
        In hertz, of sounds that are arrays of one axis. A dict names the modalities that are sounds; a
        number says that all such arrays are. None draws them as curves. Sound files know their own.

    Returns
    -------
    rows : FramePreview
        Shown by notebooks; ``html`` needs no other file and no network.

    Raises
    ------
    ModalityError
        If a file cannot be read, or an array is no picture, sound or series.
    TypeError
        If X is a dict, or no DataFrame.
    ValueError
        If `sampling_rate` names a modality that X does not have, or is below 1.

    See Also
    --------
    report : A page about a model.
    skmm.inspection.SampleGridDisplay : The same as a picture, with predictions.

    Notes
    -----
    Pictures are at most 128 pixels wide and high, and sounds ten seconds long.

    Examples
    --------
    >>> from skmm.datasets import make_keypad_digits
    >>> from skmm.reporting import preview
    >>> X, y = make_keypad_digits(10, random_state=0)
    >>> preview(X, n_rows=3, sampling_rate={"audio": 8000}).html.count("<audio")
    3
    """
    check_frame(X)
    rates = _read_rates(sampling_rate, X.columns)
    head = "".join(f"<th>{escape(str(name))}</th>" for name in X.columns)
    rows = [
        f"<tr><th>{escape(str(X.index[row]))}</th>"
        + "".join(f"<td>{_show(X, row, name, rates.get(name))}</td>" for name in X.columns)
        + "</tr>"
        for row in range(min(n_rows, len(X)))
    ]
    foot = f"<p>{len(X)} rows, {X.shape[1]} modalities</p>"
    body = "\n".join(rows)
    return FramePreview(
        f"<table>\n<thead><tr><th></th>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>\n{foot}"
    )


def _read_rates(sampling_rate, modalities):
    if not isinstance(sampling_rate, dict):
        return dict.fromkeys(modalities, sampling_rate)
    unknown = [name for name in sampling_rate if name not in modalities]
    if unknown:
        raise ValueError(
            f"sampling_rate names the modality {unknown[0]!r}; the modalities are {list(modalities)}"
        )
    for modality, rate in sampling_rate.items():
        if not isinstance(rate, Real) or not rate >= 1:
            raise ValueError(
                f"sampling_rate is {rate!r} for modality {modality!r}; expected at least 1 hertz"
            )
    return sampling_rate


def _show(X, row, modality, sampling_rate):
    try:
        return show_cell(X[modality].iloc[row], sampling_rate=sampling_rate)
    except ModalityError as error:
        raise error.at(modality=modality, row=row, index=X.index[row]) from error
