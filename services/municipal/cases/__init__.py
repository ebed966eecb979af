"""Cases: who answers for a person's case here, and what is written in its file.

The work has a fixed order, because it is the only basis on which it can be evaluated later: a
situation picture, then goals in the person's own words, then ways, then evaluations. Entries are
versions that are added and never changed. Custody is a row per acquisition, never a flag: the case
is ours as long as one row is open. A file that was released is closed for writing and opened only
with a purpose, and every reading leaves an entry in a log that the person may ask for.
"""
