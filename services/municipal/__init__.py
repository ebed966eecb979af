"""One municipality's Zenne: people, cases, consents and referrals, with its own database, realm and keys.

It holds everything about the people this town helps, and nothing of another town but what was handed
over or shared with consent. Its neighbours know it only by its messages on the bus.
"""
