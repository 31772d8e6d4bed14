"""Enhancement: a convolutional autoencoder draws the STO; film − STO is bone."""
