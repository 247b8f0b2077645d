"""What a decomposition says about fusing: whether it can pay, and how."""

import numpy as np

# Bounds between kinds of fusion, found on generated data; on other data it was measured how well they do.
LEAST_INTERACTION = 0.15  # of the information of both
LEAST_ADDITION = 0.37  # of what is not interaction
LEAST_GAIN = 0.1  # of the information of both
N_ERRORS = 2.0  # standard errors that are not taken for chance


def recommend(values, standard_errors):
    """Choose the kind of fusion that fits two modalities.

    Parameters
    ----------
    values, standard_errors : Mapping {str: float}
        By measure, in bits.

    Returns
    -------
    fusion : {"none", "single", "late", "concat", "tensor"}
    """
    total, combined = values["total"], values["interaction"]
    if total <= N_ERRORS * standard_errors["total"]:
        return "none"
    is_sure = combined > N_ERRORS * standard_errors["interaction"]
    if is_sure and combined >= LEAST_INTERACTION * total:
        return "tensor"
    gain = gain_of_fusing(values)
    if gain < LEAST_GAIN * total:
        return "single"
    added = gain - max(combined, 0)
    return "concat" if added >= LEAST_ADDITION * (total - max(combined, 0)) else "late"


def gain_of_fusing(values):
    """Bits that both modalities tell beyond the better one."""
    return values["synergy"] + min(values["unique_first"], values["unique_second"])


def explain(first, second, values, fusion, target_entropy):
    """Say in a paragraph what was found, and what to do about it.

    Parameters
    ----------
    first, second : str
        The modalities.
    values : Mapping {str: float}
        By measure, in bits.
    fusion : str
        What :func:`recommend` returned.
    target_entropy : float
        In bits.

    Returns
    -------
    paragraph : str
    """
    alone = {
        first: values["redundancy"] + values["unique_first"],
        second: values["redundancy"] + values["unique_second"],
    }
    better, worse = sorted(alone, key=alone.get, reverse=True)
    found = (
        f"{first} and {second} together tell {_bits(values['total'])} of the {target_entropy:.2f} "
        f"bits of y; alone {first} tells {_bits(alone[first])}, {second} {_bits(alone[second])}. "
    )
    gain = _bits(gain_of_fusing(values))
    return (
        found
        + {
            "none": "That is no more than chance: there is nothing to fuse, as far as these cells show.",
            "single": f"{worse} adds {gain} bits to {better}: fusing can hardly pay. Keep {better} "
            "alone, or fuse late, where stacking can leave out what does not help.",
            "late": f"Mostly they say the same, or one says most of it: {gain} bits beyond {better} are "
            "to be gained. Fuse late, by stacking or a product.",
            "concat": f"Each adds to the other: {gain} bits beyond {better}. Fuse early, by ConcatFusion.",
            "tensor": f"{_bits(values['interaction'])} bits show in their combination only, and no sum of "
            "what each says has them. Multiply them: TensorFusion, SketchFusion, or a deep fusion such as "
            '"low_rank".',
        }[fusion]
    )


def _bits(value):
    return f"{np.maximum(value, 0):.2f}"
