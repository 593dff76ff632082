"""Adds, fetches and removes onion services through a control port with python3-stem, and prints what came back as JSON: {step: shape}.

usage: onions.py CONTROL_PORT TARGET_PORT
"""
import json
import re
import sys
import time

import stem
import stem.control
from stem.descriptor.hidden_service import HiddenServiceDescriptorV3

RULES = [
    (r"\$[0-9A-F]{40}~[A-Za-z0-9]+", "D"),
    (r"[a-z2-7]{56}", "O"),
    (r"HSDIR_INDEX=[0-9A-F]{64}", "HSDIR_INDEX=I"),
    (r"[A-Za-z0-9+/]{86}==", "K"),
    (r"[A-Za-z0-9+/]{43}=", "C"),
    (r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{43}(?![A-Za-z0-9+/=])", "B"),
]

shapes = {}
events = []


def shape_of(text):
    for pattern, letter in RULES:
        text = re.sub(pattern, letter, text)
    return text


def ask(controller, command, name=None):
    shapes[name or shape_of(command)] = [code + divider + shape_of(text) for code, divider, text in controller.msg(command).content()]


def wait_for(fits, limit=60):
    end = time.time() + limit
    while time.time() < end:
        for event in list(events):
            if fits(event):
                return event
        time.sleep(0.05)
    raise Exception("no such event among %s" % [str(event)[:200] for event in events])


def show(name, event):
    shapes[name] = shape_of(str(event).strip().split("\n")[0])


port, target = int(sys.argv[1]), int(sys.argv[2])
controller = stem.control.Controller.from_port(port=port)
controller.authenticate()
controller.add_event_listener(events.append, "HS_DESC", "HS_DESC_CONTENT")

service = controller.create_ephemeral_hidden_service({80: target}, key_content="ED25519-V3", await_publication=True)
address = service.service_id
shapes["answer of a new service"] = shape_of(str(service).strip())
for action in ["CREATED", "UPLOAD", "UPLOADED"]:
    show("HS_DESC " + action, wait_for(lambda event: event.type == "HS_DESC" and event.action == action and event.address == address))
ask(controller, "GETINFO onions/current")
ask(controller, "GETINFO onions/detached")
shapes["what the service publishes"] = controller.get_info("hs/service/desc/id/" + address).split("\n")[0]

fetched = str(controller.get_hidden_service_descriptor(address))
shapes["introduction points"] = len(HiddenServiceDescriptorV3.from_str(fetched).decrypt(address).introduction_points)
shapes["what was fetched"] = controller.get_info("hs/client/desc/id/" + address).split("\n")[0]
for action in ["REQUESTED", "RECEIVED"]:
    show("HS_DESC " + action, wait_for(lambda event: event.type == "HS_DESC" and event.action == action and event.address == address))
show("HS_DESC_CONTENT", wait_for(lambda event: event.type == "HS_DESC_CONTENT" and event.address == address))

ask(controller, "ADD_ONION ED25519-V3:%s Port=80,%d" % (service.private_key, target), name="a collision")
ask(controller, "DEL_ONION " + address)
ask(controller, "DEL_ONION " + address, name="DEL_ONION again")
ask(controller, "ADD_ONION ED25519-V3:%s Port=80,%d Flags=Detach" % (service.private_key, target), name="detached")
ask(controller, "GETINFO onions/detached", name="detached ones")
other = stem.control.Controller.from_port(port=port)
other.authenticate()
ask(other, "GETINFO onions/current", name="others see only their own")
ask(other, "DEL_ONION " + address, name="others remove what is detached")
other.create_ephemeral_hidden_service({80: target}, key_content="ED25519-V3", discard_key=True)
other.close()

missing = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid"
ask(controller, "HSFETCH " + missing)
show("HS_DESC FAILED", wait_for(lambda event: event.type == "HS_DESC" and event.action == "FAILED" and event.address == missing))
show("HS_DESC_CONTENT of nothing", wait_for(lambda event: event.type == "HS_DESC_CONTENT" and event.address == missing))
ask(controller, "HSFETCH nonsense")
ask(controller, "HSFETCH %s SERVER=%s" % (missing, "0" * 40), name="HSFETCH from nobody")
events.clear()
directory = list(controller.get_network_statuses())[0].fingerprint
ask(controller, "HSFETCH %s SERVER=%s" % (missing, directory), name="HSFETCH from one")
wait_for(lambda event: event.type == "HS_DESC" and event.action == "FAILED" and event.directory_fingerprint == directory)

client_key = "yPGUxgKaC5ACyEzsdANHJEJzt5DIqDRBlAFaAWWQn0o="
for command in ["ONION_CLIENT_AUTH_VIEW", "ONION_CLIENT_AUTH_ADD %s x25519:%s ClientName=bob" % (address, client_key), "ONION_CLIENT_AUTH_VIEW",
                "ONION_CLIENT_AUTH_ADD %s x25519:%s" % (address, client_key), "ONION_CLIENT_AUTH_VIEW " + address,
                "ONION_CLIENT_AUTH_ADD %s x25519:%s Flags=Permanent" % (address, client_key), "ONION_CLIENT_AUTH_REMOVE " + address,
                "ONION_CLIENT_AUTH_REMOVE " + address, "ONION_CLIENT_AUTH_ADD", "ONION_CLIENT_AUTH_ADD nonsense x25519:a", "ONION_CLIENT_AUTH_VIEW nonsense",
                "ONION_CLIENT_AUTH_ADD %s rsa:%s" % (address, client_key), "ONION_CLIENT_AUTH_ADD %s x25519:nonsense" % address, "ONION_CLIENT_AUTH_REMOVE"]:
    ask(controller, command, name="%d. %s" % (len(shapes), shape_of(command)))
for command in ["ADD_ONION", "ADD_ONION NEW:BEST", "ADD_ONION NEW:BEST Port=0", "ADD_ONION NEW:BEST Port=80,nonsense", "ADD_ONION NEW:RSA1024 Port=80",
                "ADD_ONION RSA1024:AAAA Port=80", "ADD_ONION ED25519-V3:AAAA Port=80", "ADD_ONION NEW Port=80", "ADD_ONION NEW:BEST Port=80 Flags=Nonsense",
                "ADD_ONION NEW:BEST Port=80 Flags=NonAnonymous", "ADD_ONION NEW:BEST Port=80 Flags=V3Auth", "ADD_ONION NEW:BEST Port=80 MaxStreams=nonsense",
                "ADD_ONION NEW:BEST Port=80 ClientAuthV3=FEPRWGGTXXIGEJRPMIMJX22G3GPQEJAIMLCMKYGH2OT5RSZGGN7A",
                "ADD_ONION NEW:BEST Port=80 Flags=V3Auth ClientAuthV3=FEPRWGGTXXIGEJRPMIMJX22G3GPQEJAIMLCMKYGH2OT5RSZGGN7A",
                "ADD_ONION NEW:BEST Port=80 PoWDefensesEnabled=7", "ADD_ONION NEW:BEST Port=80 Nonsense=7", "DEL_ONION nonsense", "DEL_ONION",
                "GETINFO hs/client/desc/id/nonsense", "GETINFO hs/service/desc/id/" + missing, "GETINFO hs/client/desc/id/" + missing]:
    ask(controller, command)
print(json.dumps(shapes))
