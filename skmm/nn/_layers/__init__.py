"""Parts of networks that encoders and fusions share."""
