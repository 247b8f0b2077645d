"""Features of tables that are too large for one machine, or for its memory."""

from skmm.distributed._partitions import extract_partitions

__all__ = ["extract_partitions"]
