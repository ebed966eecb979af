"""What the levels agree on: custody, messages, seals, the bus, audit, identity, and the rules of the APIs.

Test of admission: would a municipality that wrote its own service in another language have to
re-implement it? Then it belongs here.
"""
