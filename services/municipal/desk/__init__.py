"""The desk: pages that show several apps together.

My work, the case with its tabs, who read what, the operator's page. It knows when somebody was last here, and nothing
else of its own: it asks the apps below and shows what they say. What belongs to one app alone has its pages there.
"""
