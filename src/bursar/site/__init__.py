"""The Django site: settings, addresses, the application for a web server."""
