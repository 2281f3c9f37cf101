"""What the tests of the care calendar and the gift log do with the service."""

from datetime import date
from typing import Any

from google.type.date_pb2 import Date
from google.type.money_pb2 import Money
from millrace.pipeline.v1 import account_pb2, account_service_pb2, care_record_pb2, contact_pb2, occasion_pb2
from millrace.pipeline.v1 import care_record_service_pb2 as gifts
from millrace.pipeline.v1 import contact_service_pb2 as people
from millrace.pipeline.v1 import occasion_service_pb2 as days
from millrace.pipeline.v1.account_service_pb2_grpc import AccountServiceStub
from millrace.pipeline.v1.care_record_service_pb2_grpc import CareRecordServiceStub
from millrace.pipeline.v1.contact_service_pb2_grpc import ContactServiceStub
from millrace.pipeline.v1.occasion_service_pb2_grpc import OccasionServiceStub

from tests.integration.pipeline.conftest import PipelineHouse
from tests.support.serving import Caller

TODAY = date(2026, 3, 2)


class Care:
    """The care calendar and the gift log, as whoever calls sees them."""

    def __init__(self, house: PipelineHouse) -> None:
        self.house = house
        self.accounts: Any = AccountServiceStub(house.channel)
        self.people: Any = ContactServiceStub(house.channel)
        self.days: Any = OccasionServiceStub(house.channel)
        self.gifts: Any = CareRecordServiceStub(house.channel)

    async def account(self, caller: Caller, display_name: str = "杭州云帆科技有限公司") -> str:
        account = account_pb2.Account(display_name=display_name)
        request = account_service_pb2.CreateAccountRequest(account=account)
        return str((await self.accounts.CreateAccount(request, **caller)).name)

    async def person(self, caller: Caller, account: str, *, born: date | None = None, **facts: Any) -> str:
        contact = contact_pb2.Contact(account=account, **{"display_name": "陈思远", **facts})
        if born:
            contact.birth_date.CopyFrom(wire(born))
        request = people.CreateContactRequest(contact=contact)
        return str((await self.people.CreateContact(request, **caller)).name)

    async def agree(
        self, caller: Caller, account: str, day: date, request_id: str = "", **told: Any
    ) -> occasion_pb2.Occasion:
        occasion = occasion_pb2.Occasion(account=account, day=wire(day), **{"title": "公司成立周年", **told})
        request = days.CreateOccasionRequest(occasion=occasion, request_id=request_id)
        made: occasion_pb2.Occasion = await self.days.CreateOccasion(request, **caller)
        return made

    async def coming(self, caller: Caller, **wanted: Any) -> Any:
        return await self.days.ListComingOccasions(days.ListComingOccasionsRequest(**wanted), **caller)

    async def calendar(self, caller: Caller, **wanted: Any) -> list[tuple[str, str]]:
        """The day and the title, or the person, of all that comes."""
        page = await self.coming(caller, **wanted)
        return [(read(each.day).isoformat(), each.title or each.contact_display_name) for each in page.coming_occasions]

    async def give(
        self, caller: Caller, contact: str, *, units: int = 0, day: date = TODAY, request_id: str = "", **told: Any
    ) -> care_record_pb2.CareRecord:
        record = a_gift(contact, units=units, day=day, **told)
        request = gifts.CreateCareRecordRequest(care_record=record, request_id=request_id)
        made: care_record_pb2.CareRecord = await self.gifts.CreateCareRecord(request, **caller)
        return made

    async def log(self, caller: Caller, **wanted: Any) -> list[care_record_pb2.CareRecord]:
        page = await self.gifts.ListCareRecords(gifts.ListCareRecordsRequest(**wanted), **caller)
        return list(page.care_records)


def a_gift(contact: str, *, units: int = 0, day: date = TODAY, **told: Any) -> care_record_pb2.CareRecord:
    record = care_record_pb2.CareRecord(
        contact=contact, day=wire(day), **{"kind": care_record_pb2.CARE_KIND_GIFT, **told}
    )
    if units:
        record.worth.CopyFrom(Money(currency_code="CNY", units=units))
    return record


def wire(day: date) -> Date:
    return Date(year=day.year, month=day.month, day=day.day)


def read(day: Date) -> date:
    return date(day.year, day.month, day.day)
