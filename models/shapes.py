"""What crosses our boundary inwards, checked: field names as the API says them, reasons in Chinese."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from domain.policy import RequestType

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=5000)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=2000)]


class Shape(BaseModel):
    """Nothing unknown is let through silently."""

    model_config = ConfigDict(extra="forbid")


class PetitionerIn(Shape):
    """How to reach whoever reported; everything may be left out (anonymous)."""

    name: Line | None = None
    contact_kind: Annotated[str, StringConstraints(pattern="^(email|sms|wechat)$")] | None = None
    contact: Line | None = None
    confidential: bool = False

    @model_validator(mode="after")
    def _contact_is_whole(self) -> Self:
        if (self.contact is None) != (self.contact_kind is None):
            raise ValueError("联系方式(contact)与其种类(contact_kind)须同时填写")
        return self


class Registration(Shape):
    """A petition as a channel hands it in. Coordinates are WGS-84 degrees and come in pairs."""

    channel: Annotated[str, StringConstraints(pattern="^[a-z0-9-]{2,40}$")]
    channel_reference: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)] | None = None
    request_type: RequestType = RequestType.HELP
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=5000)]
    place: Line = ""
    category: Line | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    petitioner: PetitionerIn = PetitionerIn()

    @model_validator(mode="after")
    def _coordinates_are_pairs(self) -> Self:
        if (self.longitude is None) != (self.latitude is None):
            raise ValueError("经度(longitude)与纬度(latitude)须同时填写")
        return self
