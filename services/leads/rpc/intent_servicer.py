"""LeadIntentService on the wire."""

from millrace.leads.v1 import lead_intent_model_pb2
from millrace.leads.v1 import lead_intent_service_pb2 as contract

from chassis.learning import read_model
from chassis.rpc.call import Call
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.work import Store
from services.leads.rpc.intent_messages import model_message
from services.leads.storage.intents import INTENT_MODELS


class LeadIntentServicer:
    """The model of purchase intent (意向模型)."""

    def __init__(self, store: Store, texts: Texts) -> None:
        self._store = store
        self._texts = texts

    async def GetLeadIntentModel(
        self, request: contract.GetLeadIntentModelRequest, call: Call
    ) -> lead_intent_model_pb2.LeadIntentModel:
        """Read the one in force."""
        del request
        model, learning = await self._store.read(call, lambda read: read_model(read, models=INTENT_MODELS))
        return model_message(model, learning, Wording(self._texts, call.locale))
