"""Models that see only some of the modalities, and do what is costly once.

A view has ``read(X)``, which costs, and ``mix(whole, table, rows, absent)``, which is cheap and gives
what the model predicts from in place of samples: what was read of X (`whole`), but for the modalities in
`absent` what was read of `table`, in `rows` (None is all). The model predicts the same as of X with these
columns replaced.
"""

from sklearn.pipeline import Pipeline

from skmm.fusion import MultimodalFusion
from skmm.fusion._early.blocks import Block
from skmm.fusion._early.multimodal import Extracted
from skmm.fusion._groups import LATE
from skmm.fusion._late.late import Decisions
from skmm.inspection._coalitions.modalities import fusion_in, member_columns, owners
from skmm.inspection._coalitions.removal import Removal, replace_columns


def make_view(estimator, X, modalities, *, of_samples=False):
    """The cheapest view of a fitted model.

    Parameters
    ----------
    estimator : fitted estimator
    X : DataFrame or ndarray
    modalities : dict {name: ndarray of int}
    of_samples : bool, default=False
        Whether the estimator must be the whole model, because somebody looks at X.

    Returns
    -------
    view : SampleView, BlockView or DecisionView
    """
    fusion = None if of_samples else fusion_in(estimator)
    if fusion is not None:
        owner_of = owners(member_columns(fusion, X), modalities)
        if owner_of is not None:
            if isinstance(estimator, Pipeline) and isinstance(fusion, MultimodalFusion):
                return BlockView(fusion, owner_of)
            # An imputer looks at all modalities of a sample before any member does.
            if isinstance(estimator, LATE) and not hasattr(estimator, "imputer_"):
                return DecisionView(fusion, owner_of)
    return SampleView(modalities)


class SampleView:
    """Reads nothing in advance: for models of which nothing is known."""

    def __init__(self, modalities):
        self.modalities = modalities

    def read(self, X):
        return X

    def mix(self, whole, table, rows, absent):
        positions = [j for name in absent for j in self.modalities[name]]
        return replace_columns(whole, Removal(table, rows), positions) if positions else whole


class BlockView:
    """A pipeline that starts with a MultimodalFusion: every modality is turned into its block once."""

    def __init__(self, fusion, owner_of):
        self.fusion = fusion
        self.owner_of = owner_of

    def read(self, X):
        return self.fusion._extract(X)

    def mix(self, whole, table, rows, absent):
        removed = {
            member: _take(block, rows)
            for member, block in table.blocks.items()
            if self.owner_of[member] in absent
        }
        return Extracted(whole.blocks | removed, whole.index)


class DecisionView:
    """A late fusion: every member decides once."""

    def __init__(self, late, owner_of):
        self.late = late
        self.owner_of = owner_of

    def read(self, X):
        return self.late._ask_members(X)

    def mix(self, whole, table, rows, absent):
        members = [number for number, owner in enumerate(self.owner_of.values()) if owner in absent]
        rows = slice(None) if rows is None else rows
        predictions, present = whole.predictions.copy(), whole.present.copy()
        predictions[members] = table.predictions[members][:, rows]
        present[:, members] = table.present[rows][:, members]
        return Decisions(predictions, present)


def _take(block, rows):
    return block if rows is None else Block(block.values[rows], block.present[rows])
