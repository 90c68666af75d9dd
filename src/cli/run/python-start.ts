/**
 * A `sitecustomize.py`, which Python runs when it starts. Some HTTP libraries ask no variable for a proxy. All ask `getaddrinfo` for an
 * address and a port to connect to, so there the names have the proxy's, which answers TLS and HTTP for them on its one port.
 */
export function writePythonStart(names: readonly string[], port: number): string {
  return `import importlib.machinery, importlib.util, os, socket, sys

_names = frozenset(${JSON.stringify(names)})
_getaddrinfo = socket.getaddrinfo


def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
    name = host.decode("ascii", "replace") if isinstance(host, (bytes, bytearray)) else host
    if isinstance(name, str) and name.lower().rstrip(".") in _names and str(port) in ("80", "443", "http", "https"):
        host, port, family = "127.0.0.1", ${port}, socket.AF_INET
    return _getaddrinfo(host, port, family, type, proto, flags)


socket.getaddrinfo = getaddrinfo

# The one that would have been run without this one.
_here = os.path.dirname(os.path.abspath(__file__))
_spec = importlib.machinery.PathFinder.find_spec("sitecustomize", [_each for _each in sys.path if os.path.abspath(_each) != _here])
if _spec is not None and _spec.loader is not None:
    _module = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(_module)
`;
}
