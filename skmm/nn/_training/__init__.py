"""Train a network with skorch."""
