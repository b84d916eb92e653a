import shlex

print(shlex.quote("a b"))
import telnetlib
telnetlib.Telnet()
import json
