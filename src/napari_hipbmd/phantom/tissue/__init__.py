"""The soft tissue of one person, and what lies in it."""
