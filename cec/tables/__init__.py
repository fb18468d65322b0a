"""Files of rows in and out: CSV, JSON Lines, Parquet and workbooks, plain, gzip or zstd; columns known by their names.

A table is opened (`opening`) and comes in blocks of whole rows (`csv`, `jsonl`, `parquet`, from the bytes of
`streams`), each of which becomes a frame of texts (`layout.Rows`). `columns` says which column tells which fact by its
name (`names`), `asked` which others a person must settle, `rows` reads what a row says, `amounts` names the columns of
doses, and `writing` puts frames into files, or behind what they have (`appending`).
"""
