"""What every group of settings is: nothing unknown in it, nothing changed, and no value repeated in an error."""

from pydantic import BaseModel, ConfigDict


class Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, hide_input_in_errors=True)
