"""What both sides of a referral state about its course: kept as it came, compared, and forgotten in time.

Each municipality states every change to its own region and to the other side's, in full. This app keeps each
statement, the present picture out of both, how long nothing has moved, and where the two sides disagree. It
knows pointers, clocks and codes only. Ninety days after the end of a referral everything about it goes.
"""
