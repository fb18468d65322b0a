"""Text for a terminal or a pipe: one module per document; `drawing` draws their lines and tables."""
