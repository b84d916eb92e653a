"""Builds the sales reports."""

import json
from multiprocessing import shared_memory
from xml.etree import cElementTree

import azure.functions as func

from auditing import AuditExtension

app = func.FunctionApp()
AuditExtension.configure(container="audit")


@app.route(route="reports/{month}", auth_level=func.AuthLevel.FUNCTION)
def report(req: func.HttpRequest) -> func.HttpResponse:
    totals = json.loads(req.get_body())
    root = cElementTree.Element("report", month=req.route_params["month"])
    for product, amount in sorted(totals.items()):
        cElementTree.SubElement(root, "product", name=product).text = str(amount)
    return func.HttpResponse(cElementTree.tostring(root), mimetype="application/xml")


def scratch(size):
    """Memory for the chart renderer; our own, not the worker's."""
    return shared_memory.SharedMemory(create=True, size=size)
