"""Which command leads from which state to which, and which document becomes which.

``transitions.TRANSITIONS`` and ``edges.EDGES`` are literal tables: buttons, bulk actions, the
portal and the tests all read them.
"""
