/**
 * A file for `node --require`. Many HTTP libraries ask no variable for a proxy, or bring agents of their own, and Node looks at them
 * since 24 only. All connections of all versions go through `net.Socket`, so there those to the names go to the proxy, which
 * answers TLS and HTTP for them on its one port. TLS has taken the name from its options before.
 */
export function writeNodePreload(names: readonly string[], port: number): string {
  return `"use strict";
const { Socket } = require("net");
const names = new Set(${JSON.stringify(names)});
const connect = Socket.prototype.connect;
Socket.prototype.connect = function (...args) {
  // Node's own calls come with their arguments read already, as one list.
  const list = Array.isArray(args[0]) ? args[0] : args;
  const [first, second] = list;
  const options = typeof first === "object" && first !== null ? first
    : typeof second === "string" && first !== "" && !Number.isNaN(Number(first)) ? { port: first, host: second } : undefined;
  const host = String(options?.host ?? "").toLowerCase().replace(/\\.$/, "");
  if (options === undefined || options.path || !names.has(host) || ![80, 443].includes(Number(options.port)))
    return connect.apply(this, args);
  const listener = args.concat(list).reverse().find((each) => typeof each === "function");
  const moved = { ...options, host: "127.0.0.1", port: ${port}, family: 4 };
  delete moved.lookup;
  delete moved.localAddress;
  return listener === undefined ? connect.call(this, moved) : connect.call(this, moved, listener);
};
`;
}
