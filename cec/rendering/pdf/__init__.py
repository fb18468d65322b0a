"""PDF: one module per document, its page in `sheets`; `typesetting` makes the bytes."""
