"""From a frame to what a network reads: samples and their presence, and which encoder fits them."""
