"""Tables of patients -> tables of doses: the same digits as one patient at a time, for millions of rows.

A table is read in blocks of whole rows (`cec.tables`). The rows of a block go to the engine of the regimen that each
names (`regimens`, `engine`): whatever is distinct is read, classified and dosed once by the single path (`values`,
`classes`, `doses`, `single_row`) and joined to its rows; with `--long` each row becomes its administrations
(`schedule`). `work` answers blocks and `output` makes bytes of the answers; `run` writes them in one pass with flat
memory.
"""
