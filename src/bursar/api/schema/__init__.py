"""Schemas of bodies and answers, as the OpenAPI document describes them."""
