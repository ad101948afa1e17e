"""How codes and values are said to people, in the language of the request.

The catalogues under `locale/` hold every sentence; `python -m bursar.i18n.catalogue` compiles them.
"""
