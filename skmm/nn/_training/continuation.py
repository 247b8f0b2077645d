"""Start a net where another one stopped."""

from copy import deepcopy

from skmm.nn._training.state import epochs_of, load_weights, restore_history, weights_of


def take_over(net, last):
    """Give a new net the weights, history and moments of the last one, which stays as it is.

    Parameters
    ----------
    net : NeuralNet
    last : NeuralNet

    Raises
    ------
    ValueError
        If the nets are of different shapes.
    """
    try:
        load_weights(net.network, weights_of(last.network))
        load_weights(net.criterion_, weights_of(last.criterion_))
    except ValueError as error:
        raise ValueError(
            f"training goes on with the fitted net, but {error}; keep the parameters that "
            "shape the net, or set warm_start=False"
        ) from error
    restore_history(net, epochs_of(last.history))
    if type(net.optimizer_) is type(last.optimizer_):
        # Moments go on; learning rate and decay are those of the parameters now.
        groups = net.optimizer_.state_dict()["param_groups"]
        moments = _moments_for(net, last)
        net.optimizer_.load_state_dict({"state": moments, "param_groups": groups})


def _moments_for(net, last):
    """Moments of the last net, numbered as the optimizer of a new one numbers its parameters.

    Encoders may have got other learning rates meanwhile, and so other groups of parameters.
    """
    names = _names_of_parameters(last)
    moments = {names[parameter]: state for parameter, state in last.optimizer_.state.items()}
    names = _names_of_parameters(net)
    groups = net.optimizer_.param_groups
    order = [names[parameter] for group in groups for parameter in group["params"]]
    return {i: deepcopy(moments[name]) for i, name in enumerate(order) if name in moments}


def _names_of_parameters(net):
    parts = [*net.network.named_parameters(), *net.criterion_.named_parameters()]
    return {parameter: name for name, parameter in parts}
