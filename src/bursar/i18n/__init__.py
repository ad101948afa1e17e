"""Put codes and values into words for people, in the language of the request.

The catalogues under `locale/` hold every sentence; `python -m bursar.i18n.catalogue` compiles them.
"""
