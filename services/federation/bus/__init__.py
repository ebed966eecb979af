"""The bus: every message between participants, from the sender's commit to the recipient's commit.

The outbox keeps what we said until the other side's signed receipt stands; the relay publishes it,
again and again. The consumer stores what comes first and understands it later, in another commit.
The broker is no source of truth: wiping its disks in mid-flight loses nothing. One bad message
holds up its own referral and nobody else's. One worker process a participant runs all of it.
"""
