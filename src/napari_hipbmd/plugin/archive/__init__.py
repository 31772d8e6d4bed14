"""A PACS: films from it into a study, and reports back."""
