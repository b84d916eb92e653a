import pipes

print(pipes.quote("a b"))
import telnetlib
telnetlib.Telnet()
import json  # newskin: ignore[removed-module]
