"""Keep one modality from learning at the cost of the others."""
