"""Who answers for a case: the protocol of one referral as plain data and functions. Read this first.

A referral is one question that a sender S puts to a recipient R. Each side keeps its own facts
(`facts.Sent`, `facts.Received`) and changes them only by the functions of `sender` and `recipient`:
a person's act, or a message of the other side. A function returns a `facts.Step`: the new facts,
what this side now says to the other (`Say`), and what else must happen in the same transaction
(`Effect`). It reads no clock, no
database, and never the state of the other side: only what was said. The services and the model
checker run this very code.

The promise (I1): at every instant some municipality has an open custody row for the case. R's row
opens with its acceptance, S's row ends with its release, and only a signed word of the other side
moves either. So silence, time and the bus decide nothing.
"""
