"""What `bursar doctor` looks at: the machine, the database, what is published, and what runs. Nothing is changed."""
