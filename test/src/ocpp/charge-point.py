"""A charge point that shares nothing with the code it is run against: boot, card, charge, end.

usage: charge-point.py URL IDENTITY PASSWORD VERSION CARD
Says in one JSON line what the central system answered. Standard output only; ends with 0 when every
call was answered.
"""

import asyncio
import base64
import datetime
import json
import sys

import websockets

SECONDS = 15


def now():
    moment = datetime.datetime.now(datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


class Station:
    def __init__(self, socket):
        self.socket = socket
        self.count = 0
        self.asked = []

    async def call(self, action, payload):
        """Sends a CALL and waits for its answer; what is asked meanwhile is refused in due form."""
        self.count += 1
        number = f"py-{self.count}"
        await self.socket.send(json.dumps([2, number, action, payload]))
        while True:
            frame = json.loads(await asyncio.wait_for(self.socket.recv(), SECONDS))
            if frame[0] == 2:
                self.asked.append(frame[2])
                error = [4, frame[1], "NotImplemented", "", {}]
                await self.socket.send(json.dumps(error))
            elif frame[0] == 3 and frame[1] == number:
                return frame[2]
            elif frame[0] == 4 and frame[1] == number:
                raise SystemExit(f"{action}: {frame[2]} {frame[3]}")


async def charge_16(station, card):
    said = {}
    boot = {"chargePointVendor": "Python", "chargePointModel": "Script"}
    said["boot"] = await station.call("BootNotification", boot)
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Preparing"}
    await station.call("StatusNotification", status)
    said["card"] = await station.call("Authorize", {"idTag": card})
    begin = {"connectorId": 1, "idTag": card, "meterStart": 5000, "timestamp": now()}
    said["begin"] = await station.call("StartTransaction", begin)
    number = said["begin"]["transactionId"]
    sample = {"timestamp": now(), "sampledValue": [{"value": "5600"}]}
    values = {"connectorId": 1, "transactionId": number, "meterValue": [sample]}
    await station.call("MeterValues", values)
    end = {"transactionId": number, "meterStop": 7500, "timestamp": now(), "reason": "Local"}
    said["end"] = await station.call("StopTransaction", end)
    return said


def event(kind, trigger, number, watt_hours, token=None, info=None):
    value = {"value": watt_hours, "measurand": "Energy.Active.Import.Register"}
    payload = {
        "eventType": kind,
        "timestamp": now(),
        "triggerReason": trigger,
        "seqNo": number,
        "transactionInfo": {"transactionId": f"py-{STARTED}", **(info or {})},
        "evse": {"id": 1, "connectorId": 1},
        "meterValue": [{"timestamp": now(), "sampledValue": [value]}],
    }
    if token is not None:
        payload["idToken"] = {"idToken": token, "type": "ISO14443"}
    return payload


STARTED = now().replace(":", "").replace(".", "")


async def charge_201(station, card):
    said = {}
    who = {"model": "Script", "vendorName": "Python"}
    boot = {"reason": "PowerUp", "chargingStation": who}
    said["boot"] = await station.call("BootNotification", boot)
    status = {
        "timestamp": now(),
        "connectorStatus": "Occupied",
        "evseId": 1,
        "connectorId": 1,
    }
    await station.call("StatusNotification", status)
    token = {"idToken": card, "type": "ISO14443"}
    said["card"] = await station.call("Authorize", {"idToken": token})
    begun = event("Started", "Authorized", 0, 5000, card)
    said["begin"] = await station.call("TransactionEvent", begun)
    await station.call("TransactionEvent", event("Updated", "MeterValuePeriodic", 1, 5600))
    stopped = {"stoppedReason": "Local"}
    ended = event("Ended", "StopAuthorized", 2, 7500, card, stopped)
    said["end"] = await station.call("TransactionEvent", ended)
    return said


async def main(url, identity, password, version, card):
    who = base64.b64encode(f"{identity}:{password}".encode()).decode()
    headers = {} if password == "" else {"Authorization": f"Basic {who}"}
    async with websockets.connect(
        f"{url}/{identity}", subprotocols=[f"ocpp{version}"], extra_headers=headers
    ) as socket:
        if socket.subprotocol != f"ocpp{version}":
            raise SystemExit(f"agreed on {socket.subprotocol}")
        station = Station(socket)
        charge = charge_16 if version == "1.6" else charge_201
        said = await charge(station, card)
        said["asked"] = station.asked
        print(json.dumps(said))


asyncio.run(main(*sys.argv[1:6]))
