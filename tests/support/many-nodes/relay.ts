import { connect, createServer, type Socket, type TcpNetConnectOpts } from "node:net";

/**
 * `silent`: as behind a switch that has failed. Nothing passes, nobody is told, and what was sent meanwhile arrives when it
 * is open again. `refusing`: nobody listens, and what was connected is cut off.
 */
export type RelayState = "open" | "silent" | "refusing";

/** Passes connections on, and can lose what a network loses. */
export type Relay = {
  readonly port: number;
  readonly state: () => RelayState;
  set(state: RelayState): void;
  /** Cuts off whatever is connected, without a farewell. */
  cut(): void;
  close(): void;
};

type Pair = { readonly client: Socket; readonly server: Socket };

export async function openRelay(
  target: Pick<TcpNetConnectOpts, "host" | "port"> | { readonly path: string },
): Promise<Relay> {
  const pairs = new Set<Pair>();
  let state: RelayState = "open";
  const join = (from: Socket, to: Socket) => {
    from.on("data", (bytes: Buffer) => {
      if (!to.write(bytes)) from.pause();
    });
    to.on("drain", () => {
      if (state === "open") from.resume();
    });
    from.on("end", () => to.end());
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
  };
  const relay = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    if (state === "refusing") {
      client.on("error", () => {}).resetAndDestroy();
      return;
    }
    const server = connect({ ...target, allowHalfOpen: true, noDelay: true });
    const pair = { client, server };
    pairs.add(pair);
    client.on("close", () => pairs.delete(pair));
    join(client, server);
    join(server, client);
    if (state === "silent") for (const socket of [client, server]) socket.pause();
  });
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
  relay.unref();
  const address = relay.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  const sockets = () => [...pairs].flatMap(({ client, server }) => [client, server]);
  const cut = () => {
    // Only TCP has resets.
    for (const socket of sockets())
      if (socket.remoteFamily === undefined) socket.destroy();
      else socket.resetAndDestroy();
  };
  return {
    port: address.port,
    state: () => state,
    set(next) {
      state = next;
      if (next === "refusing") cut();
      for (const socket of sockets()) {
        if (next === "silent") socket.pause();
        else socket.resume();
      }
    },
    cut,
    close() {
      cut();
      relay.close();
    },
  };
}
