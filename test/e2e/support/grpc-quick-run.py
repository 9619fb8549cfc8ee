# The client of the operators' document, with a token and the port from the environment.
import asyncio
import os

import grpc
import memory_pb2
import memory_pb2_grpc
from google.protobuf import empty_pb2

TOKEN = (("authorization", "Bearer " + os.environ["SOMA_API_TOKEN"]),)


async def run():
    async with grpc.aio.insecure_channel(os.environ["SOMA_GRPC"]) as ch:
        stub = memory_pb2_grpc.MemoryServiceStub(ch)
        print("Health:", (await stub.Health(empty_pb2.Empty())).status)
        coord = memory_pb2.Coordinate(values=[0.1, 0.2, 0.3])
        mem = memory_pb2.Memory(coord=coord, payload_json='{"ok": true}', memory_type="memories")
        store = await stub.Store(memory_pb2.StoreRequest(memory=mem), metadata=TOKEN)
        print("Store ok:", store.ok, store.id)
        r = await stub.Recall(memory_pb2.RetrieveRequest(query=coord, top_k=3), metadata=TOKEN)
        print("Recall count:", len(r.memories))
        print("Deleting...")
        await stub.Delete(memory_pb2.DeleteRequest(coord=coord), metadata=TOKEN)
        print("Done")


asyncio.run(run())
