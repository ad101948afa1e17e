"""How Bursar is put together as a Django site: settings, addresses, the application for a web server."""
