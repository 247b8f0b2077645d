"""Try fusions within some time, and keep the best."""
