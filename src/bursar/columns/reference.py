"""References that cannot leave the account."""

import operator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement


class SameAccount(models.BaseConstraint):
    """The row that `field` points at belongs to the account of the row that points.

    The foreign key is over (account_id, x_id), so a row pointing into another account is an error of the
    database. The field itself is a ForeignKey with db_constraint=False. A null points nowhere.
    """

    def __init__(self, field: str, *, name: str = "", **options: Any) -> None:
        self.field = field
        super().__init__(name=name or f"%(app_label)s_%(class)s_{field}_same_account", **options)

    def constraint_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """Nothing inside CREATE TABLE: the key is added at the end, when what it needs is there."""
        if model is not None and schema_editor is not None:
            schema_editor.deferred_sql.append(self._statement(model, schema_editor))
        return ""

    def create_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """Nothing at once, for the same reason."""
        return self.constraint_sql(model, schema_editor)

    def remove_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """The statement that takes the key away."""
        if model is None or schema_editor is None:
            return ""
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def validate(
        self,
        model: type[models.Model],
        instance: models.Model,
        exclude: Any = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        """Nothing, if the row pointed at is there and of the same account. Errors: ValidationError."""
        field = self._key(model)
        target = field.value_from_object(instance)
        if target is None:
            return
        there = field.related_model._default_manager.using(using)
        if not there.filter(pk=target, account_id=operator.attrgetter("account_id")(instance)).exists():
            raise ValidationError(self.get_violation_error_message())

    def deconstruct(self) -> tuple[str, Any, dict[str, Any]]:
        """What a migration writes to make this constraint again."""
        path, _, options = super().deconstruct()
        return path, (self.field,), options

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameAccount) and (self.field, self.name) == (other.field, other.name)

    def __hash__(self) -> int:
        return hash((self.field, self.name))

    def _key(self, model: type[models.Model]) -> "models.ForeignKey[Any, Any]":
        field = model._meta.get_field(self.field)
        if not isinstance(field, models.ForeignKey) or vars(field)["db_constraint"]:
            raise TypeError(f"{model.__name__}.{self.field} must be a ForeignKey with db_constraint=False")
        return field

    def _statement(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> Statement:
        quote, key = schema_editor.quote_name, self._key(model)
        return Statement(
            "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s "
            "FOREIGN KEY (account_id, %(column)s) REFERENCES %(there)s (account_id, id)",
            table=quote(model._meta.db_table),
            name=quote(self.name),
            column=quote(key.attname),
            there=quote(key.related_model._meta.db_table),
        )
