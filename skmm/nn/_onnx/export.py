"""Write deep fusions as files that run without Python."""

import json
import logging
import warnings
from contextlib import contextmanager

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted

import skmm
from skmm._atomic import replacing
from skmm._optional import import_optional
from skmm.nn._estimator import DeepFusionEstimator
from skmm.nn._onnx.net import PRESENT, ExportedNet

TOLERANCE = 1e-5
_LOGGERS = ("torch.onnx", "torch.fx", "onnxscript", "onnx_ir")
_N_SAMPLES = 3  # 0 and 1 are constants to torch.export


def export_onnx(model, path):
    """Write a deep fusion as an ONNX file, which runs without Python, scikit-learn and torch.

    The file computes what the estimator does: it standardizes, leaves missing modalities out, and
    turns scores into probabilities or numbers in the units of y. Before it is written, it is run by
    onnxruntime beside the model, on samples near the mean of those in `fit`, and must agree to 1e-5
    (of numbers: of their size and of the standard deviation of y).

    Parameters
    ----------
    model : DeepFusionClassifier, DeepFusionRegressor or MultitaskFusion
        Fitted. Of a pipeline, ``pipeline[-1]``; its other steps make the blocks.
    path : str or path-like
        Where to write. A file there is replaced when all has gone well.

    Returns
    -------
    path : str or path-like

    Raises
    ------
    ImportError
        If onnx, onnxscript or onnxruntime is not installed (extra ``onnx``).
    TypeError
        If `model` is something else.
    ValueError
        If torch cannot export the net, or the file does not agree with the model; or a modality is
        called as another input or an output: ``"present"``, or ``"probabilities"``, say.

    See Also
    --------
    skmm.realtime.compile_predictor : Predict one sample at a time in Python, with any model.

    Notes
    -----
    Inputs are the modalities by their names, each of shape ``(batch, ...)`` as the blocks in `fit`,
    and ``present``, bool of shape ``(batch, n_modalities)``; what lies in a missing cell does not
    count. Tokens are int64, all else is float32, pixels for a pretrained body in [0, 1]. With
    ``precision="float64"`` numbers are float64 until they are standardized; then the file computes
    in float32. The output is ``probabilities`` or ``predictions``, float64; of
    :class:`~skmm.nn.MultitaskFusion` one for each task, with ``_`` and its name behind. Metadata of
    the file hold, as JSON, the ``modalities``, the ``classes`` (by output) and the version of skmm.

    All fusions and encoders of skmm export, but for pretrained bodies that torch cannot follow.
    Modules of your own do if :func:`torch.export.export` takes them, for batches of any size.

    Examples
    --------
    >>> import json, os, tempfile
    >>> import numpy as np
    >>> import onnxruntime
    >>> from skmm import DeepFusionClassifier, make_frame
    >>> from skmm.nn import export_onnx
    >>> rng = np.random.default_rng(0)
    >>> radar, camera = rng.normal(size=(2, 60, 3)).astype("float32")
    >>> y = np.where(radar[:, 0] > 0, "stop", "go")
    >>> model = DeepFusionClassifier(random_state=0).fit(make_frame(radar=radar, camera=camera), y)
    >>> path = export_onnx(model, os.path.join(tempfile.mkdtemp(), "model.onnx"))
    >>> session = onnxruntime.InferenceSession(path)
    >>> (probabilities,) = session.run(
    ...     None, {"radar": radar[:5], "camera": camera[:5], "present": np.ones((5, 2), dtype=bool)}
    ... )
    >>> classes = json.loads(session.get_modelmeta().custom_metadata_map["classes"])["probabilities"]
    >>> [classes[best] for best in probabilities.argmax(axis=1)] == y[:5].tolist()
    True
    """
    if not isinstance(model, DeepFusionEstimator):
        raise TypeError(
            f"model is a {type(model).__name__}, and a DeepFusionClassifier, DeepFusionRegressor or "
            "MultitaskFusion is expected; of a pipeline export its last step, pipeline[-1], which reads "
            "what the other steps make"
        )
    check_is_fitted(model)
    for module in ("onnx", "onnxscript", "onnxruntime"):
        import_optional(module, extra="onnx", purpose="export to ONNX")
    net = ExportedNet(model)
    _check_names(net)
    with _quiet(), torch.no_grad():
        content = _translate(net, model)
        _compare(net, content, model)
    with replacing(path) as file:
        file.write(content)
    return path


def _check_names(net):
    taken = {PRESENT: "the mask of presence"} | dict.fromkeys(net.output_names, "an output")
    for name in net.input_names:
        if name in taken:
            raise ValueError(
                f"a modality is called {name!r}, as {taken[name]} is in the file; fit the model with "
                "another name"
            )


def _translate(net, model):
    """The file as bytes."""
    blocks, present = net.example(_N_SAMPLES)
    batch = {0: torch.export.Dim("batch")}
    try:
        program = torch.onnx.export(
            net.for_export().eval(),
            (blocks, present),
            input_names=[*net.input_names, PRESENT],
            output_names=net.output_names,
            dynamic_shapes=([batch] * len(blocks), batch),
            dynamo=True,
            verbose=False,
        )
    except Exception as error:  # torch's own errors have no class in common
        cause = error.__cause__ or error
        raise ValueError(_failure(model, f"{type(cause).__name__}: {cause}")) from error
    _rename_inner_values(program.model.graph)
    proto = program.model_proto
    fixed = [i.name for i in proto.graph.input if not i.type.tensor_type.shape.dim[0].dim_param]
    if fixed:
        raise ValueError(
            _failure(model, f"the number of samples in {fixed} is fixed, by len(tensor), say")
        )
    for key, value in _metadata(net).items():
        proto.metadata_props.add(key=key, value=json.dumps(value, default=str))
    return proto.SerializeToString()


def _rename_inner_values(graph):
    """Make room for modalities that are called as torch calls its own values, ``"linear"``, say."""
    inner = [value for node in graph for value in node.outputs if not value.is_graph_output()]
    for value in [*inner, *graph.initializers.values()]:
        value.name = f"skmm::{value.name}"


def _compare(net, content, model):
    """Run the file on other batches than it was made of, beside the model."""
    import onnxruntime

    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    for n_samples in (1, _N_SAMPLES + 2):
        blocks, present = net.example(n_samples)
        feeds = dict(zip([*net.input_names, PRESENT], [*blocks, present], strict=True))
        results = session.run(None, {name: tensor.numpy() for name, tensor in feeds.items()})
        expected = net.expect(model, blocks, present)
        for target, there, here in zip(net.targets, expected, results, strict=True):
            distance = np.abs(here - there)
            scale = getattr(target, "scale", 1.0)
            if not (distance <= TOLERANCE * (scale + np.abs(there))).all():
                cause = f"the file, which computes in float32, predicts what is {distance.max():.2g} away"
                raise ValueError(_failure(model, cause))


def _failure(model, cause):
    return (
        f"cannot export a net with fusion={model.fusion!r} and encoders={model.encoders!r}: "
        f"{cause.splitlines()[0]}. Choose others, or predict by skmm.realtime.compile_predictor"
    )


def _metadata(net):
    classes = {
        name: target.classes.tolist()
        for name, target in zip(net.output_names, net.targets, strict=True)
        if hasattr(target, "classes")
    }
    return {"skmm": skmm.__version__, "modalities": net.kinds, "classes": classes}


@contextmanager
def _quiet():
    """Keep to ourselves what torch and its helpers say of packages that are not installed."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
