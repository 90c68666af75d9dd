import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Config } from "../../config/config.ts";
import { makePrivateFolder, SOCKET_PATH_BYTES_MAX } from "../../control/private-socket.ts";
import { type Control, type ControlAddress, startControl } from "../../control/start-control.ts";
import { Failure } from "../../model/failure.ts";
import { openPorts } from "../../open-ports.ts";
import { openControlledClock } from "../../stand-in/controlled-clock.ts";
import { openStandIn, type StandIn, type StandInOptions } from "../../stand-in/stand-in.ts";
import { writePrivateFile } from "../start/write-private-file.ts";

export type ControlSettings = {
  /** Undefined: in the data folder, or in a new folder if that has too long a path. */
  readonly socketPath: string | undefined;
  /** In the place of the socket. */
  readonly port: number | undefined;
  /** Whether webhooks are kept, and not sent. */
  readonly catchesWebhooks?: boolean;
};

/** A control that listens, and how `pail control` finds it. */
export type OpenControl = {
  /** Variables of the environment. */
  readonly variables: Readonly<Record<string, string>>;
  close(): Promise<void>;
};

export type Controlled = {
  readonly standIn: StandIn;
  startControl(settings: ControlSettings): Promise<OpenControl>;
  close(): Promise<void>;
};

/**
 * Opens what a server needs that stands in for Bitbucket, to be controlled.
 *
 * @throws Failure invalid-input with an object store: snapshots are of one data folder, and the clock of one server.
 */
export async function openControlled(
  config: Config,
  log: Logger,
  options: Omit<StandInOptions, "clock"> = {},
): Promise<Controlled> {
  if (config.objectStore !== undefined)
    throw new Failure(
      "invalid-input",
      "Cannot start: a server with an object store cannot be controlled. Leave out --control, or PAIL_OBJECT_STORE",
    );
  const clock = openControlledClock();
  // What is not sent reaches nobody, so that any URL will do.
  const mayReachPrivateAddresses = config.mayReachPrivateAddresses || options.catchesWebhooks === true;
  const ports = await openPorts({ ...config, mayReachPrivateAddresses }, log, { clock: clock.now });
  const standIn = openStandIn(ports, { ...options, clock });
  return {
    standIn,
    startControl: (settings) => openControl(standIn, config.dataFolder, settings),
    close: () => ports.close(),
  };
}

async function openControl(
  standIn: StandIn,
  dataFolder: string,
  { socketPath, port }: ControlSettings,
): Promise<OpenControl> {
  const folder = await privateFolder(dataFolder);
  try {
    const address: ControlAddress =
      port === undefined
        ? { kind: "socket", path: socketPath ?? join(folder.path, SOCKET_NAME) }
        : { kind: "port", port };
    const control = await startControl(standIn, address);
    return {
      variables: await variablesOf(control, folder.path),
      async close() {
        await control.close();
        await folder.remove();
      },
    };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

const SOCKET_NAME = "socket";

async function variablesOf({ address, secret }: Control, folder: string): Promise<Record<string, string>> {
  if (secret === undefined) return { PAIL_CONTROL: address };
  const file = join(folder, "secret");
  await writePrivateFile(file, `${secret.reveal()}\n`);
  return { PAIL_CONTROL: address, PAIL_CONTROL_SECRET_FILE: file };
}

/** The path of a socket is short. */
async function privateFolder(
  dataFolder: string,
): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = join(dataFolder, "control");
  if (Buffer.byteLength(join(path, SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX) {
    await makePrivateFolder(path);
    return { path, remove: () => rm(path, { recursive: true, force: true }) };
  }
  // Made for its owner alone.
  const made = await mkdtemp(join(tmpdir(), "pail-control-"));
  return { path: made, remove: () => rm(made, { recursive: true, force: true }) };
}
