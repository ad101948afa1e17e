"""References that cannot leave the account."""

import operator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement


class SameAccount(models.BaseConstraint):
    """A foreign key over (account_id, x_id): the row that `field` points at belongs to the same account.

    The database refuses a row that points into another account. The field itself is a ForeignKey with
    db_constraint=False. A null points nowhere.
    """

    def __init__(self, field: str, *, name: str = "", **options: Any) -> None:
        self.field = field
        super().__init__(name=name or f"%(app_label)s_%(class)s_{field}_same_account", **options)

    def constraint_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """Defer the foreign key to the end of the migration, when the tables that it needs are there."""
        # Within CREATE TABLE it could point only at tables that exist, and Django orders them by its own keys alone.
        if model is not None and schema_editor is not None:
            schema_editor.deferred_sql.append(self._statement(model, schema_editor))
        return ""

    def create_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """Defer the foreign key, as `constraint_sql` does."""
        return self.constraint_sql(model, schema_editor)

    def remove_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """Return the statement that drops the foreign key."""
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
        """Raise ValidationError unless the row pointed at exists in the same account."""
        field = self._key(model)
        target = field.value_from_object(instance)
        if target is None:
            return
        rows = field.related_model._default_manager.using(using)
        if not rows.filter(pk=target, account_id=operator.attrgetter("account_id")(instance)).exists():
            raise ValidationError(self.get_violation_error_message())

    def deconstruct(self) -> tuple[str, Any, dict[str, Any]]:
        """Return the arguments that a migration writes."""
        path, _, options = super().deconstruct()
        return path, (self.field,), options

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameAccount) and (self.field, self.name) == (other.field, other.name)

    def __hash__(self) -> int:
        return hash((self.field, self.name))

    def _key(self, model: type[models.Model]) -> "models.ForeignKey[Any, Any]":
        field = model._meta.get_field(self.field)
        # Django's own constraint beside this one would check each row a second time.
        if not isinstance(field, models.ForeignKey) or vars(field)["db_constraint"]:
            raise TypeError(f"{model.__name__}.{self.field} must be a ForeignKey with db_constraint=False")
        return field

    def _statement(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> Statement:
        quote, key = schema_editor.quote_name, self._key(model)
        return Statement(
            "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s "
            "FOREIGN KEY (account_id, %(column)s) REFERENCES %(target)s (account_id, id)",
            table=quote(model._meta.db_table),
            name=quote(self.name),
            column=quote(key.attname),
            target=quote(key.related_model._meta.db_table),
        )
