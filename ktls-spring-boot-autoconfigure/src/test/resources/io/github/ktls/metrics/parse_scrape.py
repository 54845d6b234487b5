# Reads a scrape with the Prometheus project's own parser and writes its samples as JSON.
#
#   parse_scrape.py text|openmetrics FILE
import json
import sys

from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client import parser as text

parser = {"text": text, "openmetrics": openmetrics}[sys.argv[1]]
with open(sys.argv[2], encoding="utf-8", newline="") as file:
    families = list(parser.text_string_to_metric_families(file.read()))
json.dump(
    [
        {"type": family.type, "name": sample.name, "labels": sample.labels, "value": str(float(sample.value))}
        for family in families
        for sample in family.samples
    ],
    sys.stdout,
)
