"""Drives a control port with python3-stem and prints what came back as JSON: {step: shape of the answer}.

usage: drive.py CONTROL_PORT
The shape of an answer is its codes and dividers with its text, in which everything that differs from tor to tor is replaced by a letter.
"""
import json
import re
import sys
import time

import stem.control

RULES = [
    (r"\$?[0-9A-F]{40}([~=][A-Za-z0-9]+)?", "F"),
    (r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+", "T"),
    (r'"127\.0\.0\.1:[0-9]+"', "A"),
    (r"127\.[0-9.]+", "I"),
    (r"[a-z2-7]{16}\.virtual", "V"),
    (r"-?[0-9]+(\.[0-9]+)?", "N"),
]

shapes = {}


def shape_of(text):
    for pattern, letter in RULES:
        text = re.sub(pattern, letter, text)
    return text


def ask(controller, command, name=None, only_codes=False, lines=None):
    answer = controller.msg(command)
    content = answer.content()
    shape = []
    for code, divider, text in content:
        parts = [text] if divider != "+" else text.split("\n", 1)[:1]
        shape.append(code + divider + ("" if only_codes and code.startswith("2") else shape_of(parts[0])))
    shapes[name or command] = shape[:lines]
    return content


def wait_for(events, fits, limit=30):
    end = time.time() + limit
    while time.time() < end:
        for event in list(events):
            if fits(event):
                return event
        time.sleep(0.05)
    raise Exception("no such event among %s" % [str(event) for event in events])


controller = stem.control.Controller.from_port(port=int(sys.argv[1]))
controller.authenticate()
events = []
controller.add_event_listener(events.append, "CIRC", "CIRC_MINOR", "STREAM", "ADDRMAP", "CONF_CHANGED", "SIGNAL", "BW", "NOTICE", "WARN", "ERR",
                              "ORCONN", "GUARD", "NEWCONSENSUS", "NS", "STATUS_CLIENT", "STATUS_GENERAL", "STATUS_SERVER", "BUILDTIMEOUT_SET",
                              "NETWORK_LIVENESS", "STREAM_BW")

# What stem itself makes of the answers.
relays = list(controller.get_network_statuses())
shapes["network statuses"] = [len(relays) > 3, all(relay.fingerprint and relay.or_port for relay in relays)]
first = relays[0].fingerprint
shapes["one network status"] = controller.get_network_status(first).fingerprint == first
shapes["microdescriptor"] = bool(controller.get_microdescriptor(first).onion_key is not None or controller.get_microdescriptor(first).ntor_onion_key)
shapes["circuits"] = all(circuit.purpose for circuit in controller.get_circuits())
shapes["version"] = str(controller.get_version())[:8]
shapes["pid"] = controller.get_pid() > 1
shapes["user"] = controller.get_user()
shapes["listeners"] = [name for name in ("SOCKS", "CONTROL", "OR", "DIR") if controller.get_listeners(name)]
shapes["alive"] = controller.is_alive()

ask(controller, "PROTOCOLINFO 1", lines=2)
for key in ["events/names", "features/names", "signal/names", "status/bootstrap-phase", "status/circuit-established", "status/enough-dir-info",
            "status/clients-seen", "status/version/current", "network-liveness", "accounting/enabled", "address", "address/v4", "fingerprint",
            "exit-policy/default", "exit-policy/reject-private/default", "exit-policy/full", "traffic/read", "traffic/written", "uptime",
            "process/pid", "process/uid", "process/user", "process/descriptor-limit", "limits/max-mem-in-queues", "net/listeners/or",
            "net/listeners/dir", "net/listeners/socks", "net/listeners/control", "net/listeners/nonsense", "onions/current", "onions/detached",
            "consensus/valid-after", "consensus/fresh-until", "consensus/valid-until", "dormant", "md/download-enabled", "desc/download-enabled",
            "desc/id/" + first, "md/id/" + "0" * 40, "ns/id/" + first, "ns/id/nonsense", "ns/id/" + "0" * 40, "address-mappings/all",
            "address-mappings/nonsense", "entry-guards", "config-can-saveconf", "ip-to-country/192.0.2.1", "ip-to-country/ipv4-available", "status/reachability-succeeded",
            "status/good-server-descriptor", "status/accepted-server-descriptor", "current-time/nonsense", "accounting/bytes", "nonsense", "VERSION"]:
    ask(controller, "GETINFO " + key, lines=3)
for key in ["circuit-status", "stream-status", "orconn-status", "bw-event-cache", "ns/all", "md/all", "md/id/" + first, "config-file", "config-text",
            "config/names", "config/defaults", "info/names", "version", "dir/status-vote/current/consensus-microdesc", "sr/current"]:
    code = controller.msg("GETINFO " + key).content()[0][0]
    shapes["GETINFO " + key + " code"] = code
ask(controller, "GETINFO version nonsense")
ask(controller, "getinfo features/names")
ask(controller, "GETINFO")

for option in ["maxcircuitdirtiness", "socksport", "nonsense", "hiddenservicesinglehopmode", "CookieAuthentication", "bandwidthrate", "NumCPUs",
               "ControlSocket", "exitpolicy", "HiddenServiceOptions", "DisableNetwork", "ContactInfo", "ORPort", "MaxCircuitDirtiness NumEntryGuards"]:
    ask(controller, "GETCONF " + option)
ask(controller, "GETCONF")
ask(controller, "SETCONF MaxCircuitDirtiness=700")
ask(controller, "GETCONF MaxCircuitDirtiness", name="changed")
wait_for(events, lambda event: event.type == "CONF_CHANGED" and event.config.get("MaxCircuitDirtiness") == "700")
ask(controller, "RESETCONF MaxCircuitDirtiness")
ask(controller, "GETCONF MaxCircuitDirtiness", name="reset")
ask(controller, "SETCONF", lines=1)
ask(controller, "SETCONF Nonsense=1", only_codes=True)
shapes["SETCONF of a bad value"] = controller.msg("SETCONF MaxCircuitDirtiness=nonsense").content()[0][0]
ask(controller, "SETCONF MaxCircuitDirtiness", name="SETCONF without value")
ask(controller, "RESETCONF MaxCircuitDirtiness", name="RESETCONF again")
ask(controller, 'SETCONF ContactInfo="a \\"quoted\\" word"')
ask(controller, "GETCONF ContactInfo", name="quoted")
ask(controller, "RESETCONF ContactInfo")
ask(controller, "SETCONF ContactInfo=\"no end")
ask(controller, "SETCONF DataDirectory=/elsewhere")
ask(controller, "SETCONF MaxCircuitDirtiness=800 Nonsense=1", name="all or none")
ask(controller, "GETCONF MaxCircuitDirtiness", name="all or none, afterwards")
shapes["SETCONF of a bad list of relays"] = controller.msg("SETCONF ExcludeNodes=!").content()[0][0]
shapes["LOADCONF of nonsense"] = controller.msg("LOADCONF\nNonsense 1").content()[0][0]

ask(controller, "SETEVENTS NONSENSE")
ask(controller, "USEFEATURE VERBOSE_NAMES")
ask(controller, "USEFEATURE NONSENSE")
for signal in ["NEWNYM", "CLEARDNSCACHE", "HEARTBEAT", "DUMP", "ACTIVE", "NONSENSE", ""]:
    ask(controller, "SIGNAL " + signal)
wait_for(events, lambda event: event.type == "SIGNAL" and event.signal == "NEWNYM")
ask(controller, "MAPADDRESS 1.2.3.4=example.com")
ask(controller, "MAPADDRESS 0.0.0.0=example.com")
ask(controller, "MAPADDRESS .=example.com")
ask(controller, "MAPADDRESS")
ask(controller, "MAPADDRESS 1.2.3.4=exa$mple")
ask(controller, "MAPADDRESS nonsense")
ask(controller, "RESOLVE example.test")
wait_for(events, lambda event: event.type == "ADDRMAP" and event.hostname == "example.test")

circuit = controller.new_circuit(await_build=True)
wait_for(events, lambda event: event.type == "CIRC" and event.id == circuit and event.status == "LAUNCHED")
built = wait_for(events, lambda event: event.type == "CIRC" and event.id == circuit and event.status == "BUILT")
shapes["a built circuit"] = [len(built.path), built.purpose]
ask(controller, "SETCIRCUITPURPOSE %s purpose=controller" % circuit, name="SETCIRCUITPURPOSE")
changed = wait_for(events, lambda event: event.type == "CIRC_MINOR" and event.id == circuit)
shapes["CIRC_MINOR"] = [changed.event, changed.purpose, changed.old_purpose]
ask(controller, "SETCIRCUITPURPOSE %s purpose=nonsense" % circuit, name="SETCIRCUITPURPOSE nonsense")
ask(controller, "SETCIRCUITPURPOSE 999999 purpose=general")
ask(controller, "CLOSECIRCUIT %s" % circuit, name="CLOSECIRCUIT")
closed = wait_for(events, lambda event: event.type == "CIRC" and event.id == circuit and event.status == "CLOSED")
shapes["a closed circuit"] = closed.reason
chosen = [hop[0] for hop in built.path]
circuit = controller.new_circuit(chosen, await_build=True)
shapes["a chosen path"] = [hop[0] for hop in controller.get_circuit(circuit).path] == chosen
controller.close_circuit(circuit)
wait_for(events, lambda event: event.type == "BW")
for command in ["EXTENDCIRCUIT", "EXTENDCIRCUIT 999999", "EXTENDCIRCUIT 999999 nonsense", "EXTENDCIRCUIT 0 nonsense", "EXTENDCIRCUIT 0 purpose=nonsense",
                "CLOSECIRCUIT 999999", "CLOSECIRCUIT nonsense", "CLOSECIRCUIT", "ATTACHSTREAM 999999 0", "ATTACHSTREAM 999999", "REDIRECTSTREAM 999999 a",
                "CLOSESTREAM 999999 1", "CLOSESTREAM 1", "DROPGUARDS nonsense", "DROPTIMEOUTS", "TAKEOWNERSHIP", "DROPOWNERSHIP", "SETROUTERPURPOSE a b",
                "NONSENSE", "GETINFO\tversion", "AUTHENTICATE", "AUTHENTICATE nonsense=1 2"]:
    ask(controller, command, only_codes=command.startswith("GETINFO"))
    if not controller.is_alive():
        break
if controller.is_alive():
    controller.close()
controller = stem.control.Controller.from_port(port=int(sys.argv[1]))
controller.authenticate()
signals = []
controller.add_event_listener(signals.append, "SIGNAL")
ask(controller, "DROPGUARDS")
ask(controller, "SIGNAL RELOAD")
wait_for(signals, lambda event: event.signal == "RELOAD")
ask(controller, "GETINFO version", name="after RELOAD", only_codes=True)
print(json.dumps(shapes))
