"""The national level: yearly figures that each municipality protected itself before they left.

It holds counts without people: no case, no referral, no exact small count, nothing that a municipality has
not approved. Whoever reads here, and whoever runs this, learns what is published and nothing finer.
"""
