"""Checks answers against the shapes of botocore's models, as AWS publishes them for its own SDKs."""

import json
from xml.etree import ElementTree

TYPES = {"string": str, "boolean": bool, "integer": int, "long": int, "double": (int, float), "float": (int, float), "timestamp": (int, float)}
checked = set()
problems = []


def check(client):
    """Checks whatever this client is answered without an error: members that are missing, unknown or of another type."""
    client.meta.events.register("before-parse", check_answer)


def check_answer(operation_model, response_dict, **_):
    shape = operation_model.output_shape
    if response_dict["status_code"] >= 300:
        return
    checked.add(operation_model.name)
    text = response_dict["body"]
    if operation_model.metadata["protocol"] == "query":
        result = ElementTree.fromstring(text).find("{*}" + operation_model.name + "Result")
        check_xml(result, shape, operation_model.name)
    elif "payload" not in shape.serialization:
        check_json(json.loads(text), shape, operation_model.name)


def check_members(names, shape, where):
    known = {member.serialization.get("name", name): member for name, member in shape.members.items()}
    required = {shape.members[name].serialization.get("name", name) for name in shape.required_members}
    problems.extend(f"{where}: {name} is missing" for name in sorted(required - set(names)))
    problems.extend(f"{where}: {name} is unknown" for name in sorted(set(names) - set(known)))
    return known


def check_json(value, shape, where):
    if shape.type_name == "structure":
        known = check_members(value, shape, where)
        for name in known.keys() & value.keys():
            check_json(value[name], known[name], f"{where}.{name}")
    elif shape.type_name == "list":
        for item in value:
            check_json(item, shape.member, f"{where}[]")
    elif shape.type_name == "map":
        for name in value:
            check_json(value[name], shape.value, f"{where}.{name}")
    elif not isinstance(value, TYPES[shape.type_name]) or (isinstance(value, bool) and shape.type_name != "boolean"):
        problems.append(f"{where}: {value!r} is no {shape.type_name}")
    elif getattr(shape, "enum", None) and value not in shape.enum:
        problems.append(f"{where}: {value!r} is none of {shape.enum}")


def check_xml(element, shape, where):
    children = [(child.tag.rpartition("}")[2], child) for child in element]
    if shape.type_name == "structure":
        known = check_members([name for name, _ in children], shape, where)
        for name, child in children:
            if name in known:
                check_xml(child, known[name], f"{where}.{name}")
    elif shape.type_name == "list":
        problems.extend(f"{where}: {name} is no member" for name, _ in children if name != "member")
        for _, child in children:
            check_xml(child, shape.member, f"{where}[]")
    else:
        text = element.text or ""
        valid = {"boolean": text in ("true", "false"), "integer": text.isdigit(), "timestamp": text.endswith("Z")}
        if not valid.get(shape.type_name, True):
            problems.append(f"{where}: {text!r} is no {shape.type_name}")
        elif getattr(shape, "enum", None) and text not in shape.enum:
            problems.append(f"{where}: {text!r} is none of {shape.enum}")
