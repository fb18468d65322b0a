"""Tables of patients -> tables of doses: the same digits as one patient at a time, for millions of rows.

A table is read in blocks of whole rows (`csv_table`, `jsonl_table`, `parquet_table`). A block becomes a frame of texts
(`table.Rows`), the frame becomes doses and refusals (`desk`), these become bytes (`work`, `output`), in one pass with
flat memory (`run`).

Rows are answered by columns wherever their texts are plain (`answers`): `known` makes exact integers of them,
`patterns` asks every question that an alert or a protocol dose hangs on, one row of each pattern is drafted by
`draft_order` and answers for all (`kinds`, `plan`), and amounts are looked up, each computed once by `compute_dose`
(`by_columns`, `doses`), but for a line that is nothing but dose × weight, which is multiplied in exact integers. Binary
floats decide nothing within a billionth of a limit or a tie: such rows, and all others that are not plain, go through
`draft_order` one by one (`rows`, `single`). In every block some rows are answered in both ways; a difference ends the
run.
"""

from __future__ import annotations

from cec.batch.frames import dose_table

__all__ = ["dose_table"]
