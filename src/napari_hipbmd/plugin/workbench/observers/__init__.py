"""The tab *Observers*: how far apart two people are, and what they agree on."""
