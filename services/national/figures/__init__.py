"""What municipalities released of closed years, kept once and shown as it came.

A release holds one table, municipality by year, protected where it was counted; nothing finer comes in,
so nothing finer can be asked. There is no query but a year. Nothing is estimated for who did not report, nothing is
added up that was protected apart, and a release is never replaced: a difference between two of them would be people.

Figures over several municipalities come from the secure sum of a later programme, as releases of an
area instead of a municipality.
"""
