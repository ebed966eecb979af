"""The desk: pages that show several apps together.

My work, the case with its tabs, the operator's page. It holds no table: it asks the apps below and shows what they
say. What belongs to one app alone has its pages there.
"""
