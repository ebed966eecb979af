"""What people see and do of referrals in a browser: the wizard, the inbox, the tracker of both sides, the border.

Split by what somebody wants: `offering` asks another town, `answering` says yes or no, `working` goes on after a yes,
`following` looks how it stands. `line` and `standing` put one referral into words, the same for both sides.
"""
