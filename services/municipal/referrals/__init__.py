"""Questions about a case between two municipalities: advice, share, handover.

Who answers for a case is decided by `federation.custody`; this app stores the facts of both sides,
carries out what a step asks for in one transaction, and shows each person what he may see. The
consent is checked twice, at the offer and at the release. Nothing is sent before it is committed,
and no clock changes a state: `timers` only reminds people. Start with `actions/carrying.py`.
"""
