"""What every Zenne API does alike, after the Belgian REST guide (Belgif).

Names, refused unknown input, no null, pages, filters, ETags, idempotency keys, traces, logs and the
printed OpenAPI stand here once. An API names its fields and calls its actions; the rest is the same
for every town, so that a program that can talk to one can talk to all.
"""
