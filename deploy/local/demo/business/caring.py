"""Who is thought of in the demo company: birthdays, days agreed on with customers, and what was given."""

from datetime import date, timedelta
from random import Random
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from google.type.money_pb2 import Money
from millrace.pipeline.v1 import (
    care_record_pb2,
    care_record_service_pb2,
    contact_pb2,
    contact_service_pb2,
    occasion_pb2,
    occasion_service_pb2,
)

from chassis.wire import date_message
from deploy.local.demo.business.actors import SELLER, Actors
from deploy.local.demo.business.cases import SEED

PEOPLE = 60  # the customers' people somebody looks after so well
# What was given or done, what it was worth in yuan, and what was noted.
CARE = (
    (care_record_pb2.CARE_KIND_GIFT, 128, "春节礼盒"),
    (care_record_pb2.CARE_KIND_CALL, 0, "生日电话问候"),
    (care_record_pb2.CARE_KIND_CARD, 18, "手写贺卡"),
    (care_record_pb2.CARE_KIND_VISIT, 0, "节前拜访"),
    (care_record_pb2.CARE_KIND_GIFT, 268, "中秋月饼礼盒"),
)
DAYS = (
    ("公司成立周年", occasion_pb2.OCCASION_KIND_ANNIVERSARY),
    ("首单纪念日", occasion_pb2.OCCASION_KIND_FIRST_ORDER),
)


def care_for_customers(actors: Actors, day: date) -> None:
    """Write down birthdays, days and gifts of the customers who came first, each once."""
    ask = contact_service_pb2.ListContactsRequest(page_size=PEOPLE, order_by="create_time")
    people = actors.ask(SELLER, "pipeline.ContactService.ListContacts", ask).contacts
    for number, person in enumerate(people):
        chance = Random(f"{SEED}/care/{number}")
        _learn_birthday(actors, person, chance, number)
        _agree_on_day(actors, person, day, chance, number)
        _give(actors, person, day, chance, number)


def _learn_birthday(actors: Actors, person: Any, chance: Random, number: int) -> None:
    born = date(chance.randint(1966, 1998), 1, 1) + timedelta(days=chance.randrange(365))
    if person.HasField("birth_date"):
        return
    known = contact_pb2.Contact(name=person.name, etag=person.etag, birth_date=date_message(born))
    request = contact_service_pb2.UpdateContactRequest(
        contact=known, update_mask=FieldMask(paths=["birth_date"]), request_id=f"demo-birthday-{number}"
    )
    actors.ask(SELLER, "pipeline.ContactService.UpdateContact", request)


def _agree_on_day(actors: Actors, person: Any, day: date, chance: Random, number: int) -> None:
    title, kind = DAYS[number % len(DAYS)]
    first = day - timedelta(days=chance.randint(400, 6000))
    occasion = occasion_pb2.Occasion(
        account=person.account, title=title, kind=kind, day=date_message(first), yearly=True
    )
    request = occasion_service_pb2.CreateOccasionRequest(occasion=occasion, request_id=f"demo-occasion-{number}")
    actors.ask(SELLER, "pipeline.OccasionService.CreateOccasion", request)


def _give(actors: Actors, person: Any, day: date, chance: Random, number: int) -> None:
    kind, yuan, note = CARE[number % len(CARE)]
    record = care_record_pb2.CareRecord(
        contact=person.name,
        kind=kind,
        day=date_message(day - timedelta(days=chance.randint(1, 300))),
        worth=Money(currency_code="CNY", units=yuan) if yuan else None,
        note=note,
        birthday=kind == care_record_pb2.CARE_KIND_CALL,
    )
    request = care_record_service_pb2.CreateCareRecordRequest(care_record=record, request_id=f"demo-care-{number}")
    actors.ask(SELLER, "pipeline.CareRecordService.CreateCareRecord", request)
