export type HostAndPort = {
  /** Lower case, an IPv6 address without its brackets, without a dot at the end. */
  readonly host: string;
  readonly port: number;
};

/** RFC 1035, section 2.3.4. */
const HOST_LENGTH_MAX = 253;
const PORT_MAX = 65_535;

/** Reads the target of a `CONNECT`: RFC 9110, section 9.3.6. The port has to be there. */
export function parseHostAndPort(text: string): HostAndPort | undefined {
  const [, name, port] = /^([\w.-]+|\[[0-9a-f:.]+\]):(\d{1,5})$/i.exec(text) ?? [];
  if (name === undefined || Number(port) < 1 || Number(port) > PORT_MAX) return undefined;
  const host = name.toLowerCase().replace(/^\[|\]$|\.$/g, "");
  return host === "" || host.length > HOST_LENGTH_MAX ? undefined : { host, port: Number(port) };
}

/** As a URL or a request writes it. */
export function writeHostAndPort({ host, port }: HostAndPort): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
