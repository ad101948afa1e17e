"""The calendar: periods, billing cycles and when a change takes effect."""
