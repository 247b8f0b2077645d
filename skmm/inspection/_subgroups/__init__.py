"""For whom a model works."""
