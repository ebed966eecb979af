"""What both sides of a referral state about its course: kept as it came, compared, and forgotten in time.

Each municipality states every change to its own region and to the other side's, in full. This app keeps each
statement, the present picture out of both, how long nothing has moved, and where the two sides disagree. It
knows pointers, clocks and codes only. Ninety days after the end of a referral everything goes that names it or ties
its two towns together. That a town sent a word, and when, stays in the inbox; who opened a life line stays in the log.
"""
