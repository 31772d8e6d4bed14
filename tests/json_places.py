"""Every place in parsed JSON, to spoil one after the other."""


def places(content, path=()):
    yield path
    inner = content.items() if isinstance(content, dict) else ()
    if isinstance(content, list):
        inner = enumerate(content)
    for key, value in inner:
        yield from places(value, (*path, key))
