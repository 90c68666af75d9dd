import { BlockList, isIP } from "node:net";
import type { Network } from "../model/bound.ts";

export function parseNetwork(text: string): Network | undefined {
  const [, address, bits] = /^([0-9a-f.:]+)\/(0|[1-9]\d{0,2})$/i.exec(text) ?? [];
  const family = address === undefined ? 0 : isIP(address);
  if (family === 0 || Number(bits) > (family === 4 ? 32 : 128)) return undefined;
  return text as Network;
}

/** A network, or one address alone, as a network. */
export function parseNetworkOrAddress(text: string): Network | undefined {
  const family = isIP(text);
  return family === 0 ? parseNetwork(text) : (`${text}/${family === 4 ? 32 : 128}` as Network);
}

/** What is no address is in no network. */
export function isInNetwork(address: string, network: Network): boolean {
  const family = isIP(address);
  const [start = "", bits] = network.split("/");
  if (family === 0 || family !== isIP(start)) return false;
  const name = family === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(start, Number(bits), name);
  return list.check(address, name);
}
