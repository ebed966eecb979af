"""HTTP of referrals: /api/referral/v1, and the withdrawal of a consent, which ends referrals."""
