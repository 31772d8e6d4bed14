"""The docks *Open study*, *Hip boxes* and *Film facts*: films and what they say."""
