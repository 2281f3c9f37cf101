"""WinService on the wire."""

from millrace.pipeline.v1 import win_model_pb2
from millrace.pipeline.v1 import win_service_pb2 as contract

from chassis.learning import read_model
from chassis.rpc.call import Call
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.work import Store
from services.pipeline.rpc.win_messages import model_message
from services.pipeline.storage.win_chances import WIN_MODELS


class WinServicer:
    """The model of chances to win (赢率模型)."""

    def __init__(self, store: Store, texts: Texts) -> None:
        self._store = store
        self._texts = texts

    async def GetWinModel(self, request: contract.GetWinModelRequest, call: Call) -> win_model_pb2.WinModel:
        """Read the one in force."""
        del request
        model, learning = await self._store.read(call, lambda read: read_model(read, models=WIN_MODELS))
        return model_message(model, learning, Wording(self._texts, call.locale))
