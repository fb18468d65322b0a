"""What writes the pages of `docs/reference/`: one module per page."""
