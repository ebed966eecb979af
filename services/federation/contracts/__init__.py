"""What municipalities say to each other: messages, codes, directory records, and their one codec.

Plain Python, one to one with `schemas/messages` and `schemas/codes`: a municipality that writes its
own service in another language starts from those files, and this package from the same ones.
"""
