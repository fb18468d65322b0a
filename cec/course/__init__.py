"""A cycle from its first order to the next one: orders that replace others, are released, cancelled, continued.

The record is the saved order: a file that names what it replaces, so that a folder of orders is the patient's history.
`chain` reads files and folders, `writing` adds to them.
"""
