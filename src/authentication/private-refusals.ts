import { BlockList, isIP } from "node:net";
import type { Network, PrivateRefusal } from "../model/bound.ts";
import type { PrivateContentRule } from "../model/private-content.ts";

/**
 * The workspaces whose private content stays closed.
 *
 * @param address from where the credential is used. Undefined: that is not known, and no list of addresses has it.
 */
export function privateRefusals(
  rules: readonly PrivateContentRule[],
  address: string | undefined,
  now: Date,
): readonly PrivateRefusal[] {
  return rules.flatMap(({ workspaceUuid, from, networks, lacksTwoStep }): PrivateRefusal[] => {
    if (from > now) return [];
    if (networks.length > 0 && !isWithin(address, networks))
      return [{ workspaceUuid, reason: { kind: "address", address: address ?? "unknown" } }];
    return lacksTwoStep ? [{ workspaceUuid, reason: { kind: "two-step" } }] : [];
  });
}

/** Of rules as they were read: after a change they are read again, as other objects. */
const lists = new WeakMap<readonly Network[], BlockList>();

function isWithin(address: string | undefined, networks: readonly Network[]): boolean {
  const family = isIP(address ?? "");
  if (address === undefined || family === 0) return false;
  let list = lists.get(networks);
  if (list === undefined) {
    list = new BlockList();
    for (const network of networks) {
      const [start = "", bits] = network.split("/");
      list.addSubnet(start, Number(bits), isIP(start) === 4 ? "ipv4" : "ipv6");
    }
    lists.set(networks, list);
  }
  return list.check(address, family === 4 ? "ipv4" : "ipv6");
}
