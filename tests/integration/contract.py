"""The contract of the API (api/openapi.yaml) as tests use it: what to send for an operation, and what an answer has to
look like."""
import json
import urllib.parse
from pathlib import Path

import yaml

FILE = Path(__file__).parents[2] / "api" / "openapi.yaml"


class Operation:
    def __init__(self, contract, path, verb, node):
        self.contract, self.path, self.verb, self.node = contract, path, verb.upper(), node
        self.name, self.permission = node["operationId"], node.get("x-permission")
        self.changes, self.who = node.get("x-changes"), node.get("x-who")

    def places(self, place):
        found = [self.contract.resolve(p) for p in self.node.get("parameters", [])]
        return [p for p in found if p["in"] == place]

    def body(self):
        """The schema of what is sent; None: nothing is."""
        body = self.node.get("requestBody")
        return body and body["content"]["application/json"]["schema"]

    def request(self, arguments):
        """Target and JSON body for these arguments; what the contract has no place for goes where others go."""
        rest, path = dict(arguments), self.path
        for parameter in self.places("path"):
            path = path.replace("{%s}" % parameter["name"],
                                urllib.parse.quote(str(rest.pop(parameter["name"], "1009")), safe=""))
        in_query = {p["name"] for p in self.places("query")}
        asked = {k: v for k, v in rest.items() if self.body() is None or k in in_query}
        words = {k: str(v).lower() if isinstance(v, bool) else v for k, v in asked.items()}
        body = None if self.body() is None else {k: v for k, v in rest.items() if k not in in_query}
        return path + ("?" + urllib.parse.urlencode(words) if words else ""), body

    def good(self):
        """The status of success, and the schema of its answer."""
        status = next(s for s in self.node["responses"] if s.startswith(("1", "2")))
        content = self.node["responses"][status].get("content", {})
        return int(status), content.get("application/json", {}).get("schema")


class Contract:
    def __init__(self):
        self.document = yaml.safe_load(FILE.read_text())
        self.operations = [Operation(self, path, verb, node) for path, verbs in self.document["paths"].items()
                           for verb, node in verbs.items()]
        self.by_name = {each.name: each for each in self.operations}
        self.commands = [each for each in self.operations if each.permission]

    def resolve(self, node):
        while "$ref" in node:
            at = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                at = at[part]
            node = at
        return node

    def faults(self, value, schema, where="answer"):
        """What a value has that its schema does not, as sentences: JSON Schema, as far as the contract uses it."""
        schema = self.resolve(schema)
        if "anyOf" in schema:
            each = [self.faults(value, one, where) for one in schema["anyOf"]]
            return [] if any(not faults for faults in each) else each[0]
        if "enum" in schema and value not in schema["enum"]:
            return [f"{where} is {value!r}, none of {schema['enum']}"]
        kinds = {"string": str, "boolean": bool, "array": list, "object": dict, "null": type(None)}
        kind = schema.get("type")
        if kind == "integer" and (not isinstance(value, int) or isinstance(value, bool)):
            return [f"{where} is {value!r}, no integer"]
        if kind == "number" and (not isinstance(value, (int, float)) or isinstance(value, bool)):
            return [f"{where} is {value!r}, no number"]
        if kind in kinds and not isinstance(value, kinds[kind]):
            return [f"{where} is {value!r}, no {kind}"]
        if kind == "array":
            return [f for i, one in enumerate(value) for f in self.faults(one, schema["items"], f"{where}[{i}]")]
        if kind != "object":
            return []
        out = [f"{where} has no {name}" for name in schema.get("required", []) if name not in value]
        for name, one in value.items():
            inner = schema.get("properties", {}).get(name, schema.get("additionalProperties", {}))
            out += [f"{where} has {name}"] if inner is False else self.faults(one, inner, f"{where}.{name}")
        return out


def parsed(body):
    return json.loads(body) if body else None
