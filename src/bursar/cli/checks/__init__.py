"""The checks of `bursar doctor`: the machine, the database, what is published, and what runs. They change nothing."""
