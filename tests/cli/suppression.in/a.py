import pipes  # newskin: ignore[removed-module] only on the old host
import json  # newskin: ignore[removed-module]
import pipes as p  # newskin: ignore[removed-module:p*, syntax-error]
text = "# newskin: ignore-file[removed-module]"
import os  # newskin: ignore removed-module
import re  # newskin: ignore[removed-modul]
