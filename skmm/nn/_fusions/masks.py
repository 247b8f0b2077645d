"""How fusion modules leave out what is absent: zeros for values, nothing in means and softmaxes."""

import torch


def without_absent(embeddings, present):
    """Stack embeddings to (B, M, p) with zeros for what is absent, and make the mask explicit."""
    stacked = torch.stack(list(embeddings), dim=1)
    if present is None:
        return stacked, torch.ones(stacked.shape[:2], dtype=torch.bool, device=stacked.device)
    # Not a product with the mask: 0 * NaN is NaN.
    return torch.where(present.unsqueeze(2), stacked, 0), present


def tokens_without_absent(streams, present, valid):
    """Put zeros where a stream of tokens is absent or padded, and make both masks explicit.

    Parameters
    ----------
    streams : list of M tensors of shape (B, T_m, p)
    present : bool tensor of shape (B, M) or None
    valid : list of M bool tensors of shape (B, T_m), or None

    Returns
    -------
    streams : list of M tensors of shape (B, T_m, p)
    present : bool tensor of shape (B, M)
    valid : list of M bool tensors of shape (B, T_m)
        False also where the whole modality is absent.
    """
    if valid is None:
        valid = [
            torch.ones(stream.shape[:2], dtype=torch.bool, device=stream.device)
            for stream in streams
        ]
    if present is None:
        present = torch.ones(len(streams[0]), len(streams), dtype=torch.bool).to(valid[0].device)
    valid = [here & present[:, [m]] for m, here in enumerate(valid)]
    streams = [
        torch.where(here.unsqueeze(2), stream, 0)
        for stream, here in zip(streams, valid, strict=True)
    ]
    return streams, present, valid


def masked_softmax(logits, here):
    """Softmax along the second axis over what is here; zeros where nothing is."""
    # The smallest number instead of -inf: a softmax over -inf only is NaN.
    logits = logits.masked_fill(~here, torch.finfo(logits.dtype).min)
    return torch.softmax(logits, dim=1) * here
