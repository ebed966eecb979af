"""Finding what has fallen silent: the index of a region's referrals, and the questions that people may ask of it.

The truth stands in PostgreSQL (`regional.progress`); the index is a copy that can be made anew at any time, while
messages arrive. People never send a query: they fill in fields, and `queries` builds every question itself, with
the region's own filter in it. Each search and each opened life line leaves an entry in the audit.
"""
