"""The docks *Open study* and *Film facts*: films, their hips, and what they say."""
