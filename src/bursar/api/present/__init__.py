"""Values as programs are shown them."""
