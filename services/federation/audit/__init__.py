"""Who did what, when and why, in a form that nobody can change unnoticed.

An entry is written in the transaction of the act. A sealer chains the committed entries and signs
a checkpoint every hour; peers keep it. So a town that edits, deletes, reorders or cuts off its
entries contradicts its own signature, and its neighbours hold the proof.
"""
