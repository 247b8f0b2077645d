"""What modalities are worth to a model: on all samples, in pairs, and for each sample."""
