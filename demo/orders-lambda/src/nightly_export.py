"""Copies yesterday's orders to the bucket and tells the mainframe."""

import os
import pipes
import subprocess
import telnetlib  # newskin: ignore[removed-module:telnetlib] the mainframe is switched off in March
from datetime import datetime, timedelta


def handler(event, context):
    day = (datetime.utcnow() - timedelta(days=1)).strftime("%Y-%m-%d")
    name = event.get("name", "orders {}.csv".format(day))
    target = "s3://{}/{}".format(os.environ["BUCKET"], name)
    subprocess.check_call("export-orders {} | upload {}".format(day, pipes.quote(target)), shell=True)
    with telnetlib.Telnet("mainframe.internal", timeout=10) as session:
        session.write(b"LOAD " + day.encode("ascii") + b"\r\n")
    return {"exported": day}
