"""The team, seats, billing admins and what each person may do."""
