"""Creates an order from the body of an API Gateway request."""

import base64
import cgi
import imp
import io
import json
import logging

logger = logging.getLogger()


def parse_body(event):
    """Returns the fields of a JSON or form body."""
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body).decode("utf-8")
    kind, options = cgi.parse_header(event["headers"].get("content-type", ""))
    if kind == "application/json":
        return json.loads(body)
    environ = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": kind}
    form = cgi.FieldStorage(io.BytesIO(body.encode("utf-8")), environ=environ)
    return {name: form.getvalue(name) for name in form}


def handler(event, context):
    fields = parse_body(event)
    logger.warn("order for %s", fields.get("customer"))
    return {"statusCode": 201, "body": json.dumps({"order": fields})}
