"""Enhancement: a convolutional network draws the STO; film − STO is bone."""
