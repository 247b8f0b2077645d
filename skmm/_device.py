"""The device that a network runs on."""


def resolve_device(device):
    """Turn "auto" into a device that is there; refuse one that is not.

    Parameters
    ----------
    device : str
        "auto", or the name of a device as torch spells it.

    Returns
    -------
    device : str
    """
    import torch

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        if torch.device(device).type in ("cpu", "cuda"):
            torch.empty(0, device=device)
            return device
        reason = "only 'auto', 'cpu' and 'cuda' devices are supported"
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
    raise ValueError(f"device={device!r} cannot be used: {reason}; set device='auto' or 'cpu'")
