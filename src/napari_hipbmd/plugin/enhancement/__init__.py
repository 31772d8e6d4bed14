"""The dock *Enhancement*: train, apply and compare the autoencoder (paper 3.2)."""
