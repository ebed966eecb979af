"""One region: which referral went from whom to whom and when, so that a coordinator finds what has fallen silent.

It holds pointers, clocks and codes that both sides of a referral state about it, and forgets them 90 days after
the end. It never holds a name, a birth date, an age band, a language, a need or a free text, and no case.
"""
