"""Document a value in OpenAPI without checking it at run time.

`present` writes the answers and the core reads edits; tests compare every real answer with its schema.
"""

from typing import Annotated, Any

from pydantic import BaseModel, GetJsonSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema


class Documented:
    """Annotation that documents a value as a model, a list or a union of models, and checks nothing."""

    def __init__(self, model: Any) -> None:
        self.schema = TypeAdapter(model).core_schema

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(self.schema)


class Edit(BaseModel):
    """Edit: a wish to change one thing. `schema.edits` replaces this schema with one for each kind of edit."""

    edit: str


def documented_as(model: Any) -> Any:
    """Return the type of a route's answer, documented as a model or a union of models."""
    return Annotated[Any, Documented(model)]
