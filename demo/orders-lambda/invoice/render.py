"""Renders an invoice as PDF and says what kind of logo was put on it."""

import base64
import imghdr

import cairosvg


def handler(event, context):
    logo = base64.b64decode(event["logo"])
    kind = imghdr.what(None, h=logo) or "svg"
    pdf = cairosvg.svg2pdf(bytestring=event["svg"].encode("utf-8"))
    return {"logo": kind, "pdf": base64.b64encode(pdf).decode("ascii")}
