"""Regions between the wire and the domain."""

from millrace.directory.v1 import region_pb2

from services.directory.domain.region import Region, RegionDetails
from services.directory.rpc.editing import Fields, read_all

FIELDS: Fields = {
    "display_name": lambda region: region.display_name.strip(),
    "provinces": lambda region: tuple(province.strip() for province in region.provinces),
}


def details_of(region: region_pb2.Region) -> RegionDetails:
    """What the message says of a new region."""
    return RegionDetails(**read_all(region, FIELDS))


def to_message(region: Region) -> region_pb2.Region:
    """The region on the wire."""
    message = region_pb2.Region(
        name=region.name,
        display_name=region.details.display_name,
        provinces=region.details.provinces,
        archived=region.archived,
        etag=str(region.version),
    )
    message.create_time.FromDatetime(region.created_at)
    message.update_time.FromDatetime(region.updated_at)
    return message
