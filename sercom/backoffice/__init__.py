"""The toolkit on Flask-Admin: what every view of the back-office has in common.

It knows the core and the workflow. Entities know it, never the other way round.
"""
