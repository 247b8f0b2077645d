"""Samples as pictures: side by side, and as points of a map."""
