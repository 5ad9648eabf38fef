"""The calendar in the back-office: what it shows, and planning by dragging."""
