"""The design system that all pages share: one frame, one style sheet, no queries."""
