"""How the document says what something looks like that is not looked at when it is given.

What is answered is written by `show`, and edits are read by the core; tests hold every real answer against its shape.
"""

from typing import Annotated, Any

from pydantic import BaseModel, GetJsonSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema


class Documented:
    """Documents a value as a model, or as a list or union of models, and leaves its checking as it is."""

    def __init__(self, model: Any) -> None:
        self.schema = TypeAdapter(model).core_schema

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(self.schema)


class Edit(BaseModel):
    """One thing to be different. Its kinds are in `edits`, which takes this schema's place."""

    edit: str


def shape(model: Any) -> Any:
    """What a route says of its answer: a model, or a union of some."""
    return Annotated[Any, Documented(model)]
