import { isUtf8 } from "node:buffer";
import { Failure } from "../../model/failure.ts";
import { type ObjectId, parseObjectId, ZERO_OBJECT_ID } from "../../model/object-id.ts";
import { quotePath } from "../quote-path.ts";
import { MalformedPacketError, type Packet, packetText } from "./packet.ts";
import { EndWithinPacketError, openPacketSource, type PacketSource } from "./packet-source.ts";

/** One line of a push: gitprotocol-pack(5), "Reference Update Request". */
export type PushCommand = {
  /** As sent: it may be no valid ref name. Quoted as git quotes paths where the name is none that can be kept or shown. */
  readonly name: string;
  readonly old: ObjectId | undefined;
  readonly new: ObjectId | undefined;
};

/** A line that names a ref and is refused before anything is asked of the repository. */
export type RefusedCommand = {
  readonly name: string;
  /** How the report names it: git finds its ref by the very bytes. */
  readonly reportName: Buffer;
  readonly reason: string;
  readonly isDeletion: boolean;
};

export type PushRequest = {
  readonly commands: readonly PushCommand[];
  readonly refusedCommands?: readonly RefusedCommand[];
  /** Why all of it is refused. The rest of the request has not been read. */
  readonly problem?: Failure;
  readonly capabilities: ReadonlySet<string>;
  readonly options: readonly string[];
  /** The pack, or nothing where all commands delete. */
  readonly pack: AsyncIterable<Buffer>;
};

export const PUSH_COMMANDS_MAX = 50_000;
export const PUSH_OPTIONS_MAX = 100;
/** GitLab and others give a push option about this much; git itself a packet. */
export const PUSH_OPTION_BYTES_MAX = 4_096;
const SHALLOW_LINES_MAX = 100_000;
const LINE_FEED = 0x0a;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const ASCII_CONTROL = /[\x00-\x1f\x7f]/;
/** No format has so long a name. */
const SHOWN_FORMAT_END = 40;
/** All commands together: the most that a push may have, with names of some length. */
export const PUSH_COMMAND_BYTES_MAX = 16 * 1024 * 1024;
/** How much of a refused push is drained; who sends more finds the connection closed. */
export const DRAINED_BYTES_MAX = 1024 * 1024 * 1024;

/**
 * Reads commands, capabilities and push options of a push, and leaves the pack to be read. What goes beyond a limit, or
 * asks for what is not supported, is told with the commands, so that it can be answered in git's own report.
 *
 * @returns undefined if there is no command: git sends a lone flush to test its credential before a large push.
 * @throws Failure invalid-input for any other form.
 */
export async function readPushRequest(stream: AsyncIterable<Buffer>): Promise<PushRequest | undefined> {
  const source = openPacketSource(stream);
  try {
    const { problem, ...read } = await readCommands(source);
    if (read.commands.length + read.refusedCommands.length === 0 && problem === undefined) return undefined;
    const refuse = (why: Failure) => ({ ...read, problem: why, options: [], pack: source.remainder() });
    if (problem !== undefined) return refuse(problem);
    const options = read.capabilities.has("push-options") ? await readOptions(source) : [];
    if (options instanceof Failure) return refuse(options);
    return { ...read, options, pack: hasPack(read) ? source.remainder() : NO_PACK };
  } catch (error) {
    await drain(source.remainder());
    if (error instanceof MalformedPacketError || error instanceof EndWithinPacketError) {
      throw new Failure("invalid-input", `push: ${error.message}`);
    }
    throw error;
  }
}

/** gitprotocol-pack(5), "Packfile data": none is sent where all commands delete, and the sender waits for its report at once. */
function hasPack({ commands, refusedCommands }: ReadCommands): boolean {
  return (
    commands.some((command) => command.new !== undefined) ||
    refusedCommands.some(({ isDeletion }) => !isDeletion)
  );
}

const NO_PACK: AsyncIterable<Buffer> = { async *[Symbol.asyncIterator]() {} };

/**
 * Reads what is still being sent and drops it: a client that is sending does not read, and would see a reset connection in place
 * of the reason. If it breaks off, that is no error.
 */
export async function drain(pieces: AsyncIterable<Buffer>): Promise<void> {
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      bytes += piece.length;
      if (bytes > DRAINED_BYTES_MAX) return;
    }
  } catch {
    // The sender has gone, or its body cannot be unpacked: the reason is already known.
  }
}

type ReadCommands = Pick<PushRequest, "commands" | "capabilities" | "problem"> & {
  readonly refusedCommands: readonly RefusedCommand[];
};

async function readCommands(source: PacketSource): Promise<ReadCommands> {
  const commands: PushCommand[] = [];
  const refusedCommands: RefusedCommand[] = [];
  let capabilities: ReadonlySet<string> = new Set();
  let problem: Failure | undefined;
  let shallowLines = 0;
  let bytes = 0;
  for await (const packet of dataUntilFlush(source)) {
    bytes += packet.payload.length;
    if (bytes > PUSH_COMMAND_BYTES_MAX) {
      problem = new Failure("too-large", `push: commands of more than ${PUSH_COMMAND_BYTES_MAX} bytes`);
      break;
    }
    // A push from a shallow clone names its borders. They need no more than to be read: what is missing behind them is
    // either here already, or the check of connectivity finds it missing.
    if (packet.payload.toString("latin1", 0, 8) === "shallow ") {
      shallowLines += 1;
      if (shallowLines > SHALLOW_LINES_MAX) problem ??= tooMany("shallow lines", SHALLOW_LINES_MAX);
      continue;
    }
    const zero = packet.payload.indexOf(0);
    if (zero !== -1 && commands.length + refusedCommands.length === 0) {
      capabilities = new Set(
        packetText(packet.payload.subarray(zero + 1))
          .split(" ")
          .filter((word) => word !== ""),
      );
      problem ??= otherFormatProblem(capabilities);
    }
    const command = parseCommand(zero === -1 ? packet.payload : packet.payload.subarray(0, zero));
    if ("reason" in command) refusedCommands.push(command);
    else commands.push(command);
    // Those beyond are read on, so that each is told to be refused.
    if (commands.length + refusedCommands.length > PUSH_COMMANDS_MAX)
      problem ??= tooMany("refs in one push", PUSH_COMMANDS_MAX);
  }
  return { commands, refusedCommands, capabilities, ...(problem === undefined ? {} : { problem }) };
}

/** gitprotocol-capabilities(5), object-format: git itself stops when it reads ours and has another. */
function otherFormatProblem(capabilities: ReadonlySet<string>): Failure | undefined {
  const other = [...capabilities].find((word) => /^object-format=(?!sha1$)/.test(word));
  if (other === undefined) return undefined;
  const name = other.slice("object-format=".length, SHOWN_FORMAT_END);
  return new Failure(
    "invalid-input",
    `push: the object format ${name} is not supported: repositories here use sha1`,
  );
}

/** Commands and options end with a flush. Without it, or with another packet, the rest of them is missing. */
async function* dataUntilFlush(source: PacketSource): AsyncGenerator<Packet & { readonly kind: "data" }> {
  for (;;) {
    const packet = await source.readPacket();
    if (packet === undefined) throw new EndWithinPacketError();
    if (packet.kind === "flush") return;
    if (packet.kind !== "data") throw new MalformedPacketError(`a ${packet.kind} in place of a flush`);
    yield packet;
  }
}

const TWO_SHA_256_IDS = /^[0-9a-f]{64} ([0-9a-f]{64}) /;
const TWO_SHA_256_IDS_LENGTH = 130;
const TWO_IDS_LENGTH = 82;

function parseCommand(payload: Buffer): PushCommand | RefusedCommand {
  const line = payload.at(-1) === LINE_FEED ? payload.subarray(0, -1) : payload;
  const ids = line.toString("latin1", 0, TWO_SHA_256_IDS_LENGTH);
  const [, newSha256Id] = TWO_SHA_256_IDS.exec(ids) ?? [];
  if (newSha256Id !== undefined) {
    const reason = "SHA-256 object ids are not supported: repositories here use SHA-1";
    return refusedCommand(line.subarray(TWO_SHA_256_IDS_LENGTH), reason, /^0+$/.test(newSha256Id));
  }
  const oldId = parseObjectId(ids.slice(0, 40));
  const newId = parseObjectId(ids.slice(41, 81));
  const isCommand =
    oldId !== undefined &&
    newId !== undefined &&
    ids[40] === " " &&
    ids[81] === " " &&
    line.length > TWO_IDS_LENGTH;
  if (!isCommand) throw new Failure("invalid-input", "push: a line is not a ref update");
  const nameBytes = line.subarray(TWO_IDS_LENGTH);
  const isDeletion = newId === ZERO_OBJECT_ID;
  // The database and JSON carry text; a name in another encoding could not be shown or asked for again.
  if (!isUtf8(nameBytes))
    return refusedCommand(nameBytes, `the ref name ${quotePath(nameBytes)} is not UTF-8`, isDeletion);
  const name = nameBytes.toString();
  if (ASCII_CONTROL.test(name))
    return refusedCommand(
      nameBytes,
      `the ref name ${quotePath(nameBytes)} has control characters`,
      isDeletion,
    );
  return { name, old: unlessZero(oldId), new: unlessZero(newId) };
}

function refusedCommand(nameBytes: Buffer, reason: string, isDeletion: boolean): RefusedCommand {
  const name = quotePath(nameBytes);
  // git sends no control characters, and reports that have them in a name mislead terminals and scripts.
  const isHarmless = !ASCII_CONTROL.test(nameBytes.toString("latin1"));
  return { name, reportName: isHarmless ? Buffer.from(nameBytes) : Buffer.from(name), reason, isDeletion };
}

function unlessZero(id: ObjectId): ObjectId | undefined {
  return id === ZERO_OBJECT_ID ? undefined : id;
}

async function readOptions(source: PacketSource): Promise<string[] | Failure> {
  const options: string[] = [];
  for await (const packet of dataUntilFlush(source)) {
    if (packet.payload.length > PUSH_OPTION_BYTES_MAX)
      return new Failure("too-large", `push option: longer than ${PUSH_OPTION_BYTES_MAX} bytes`);
    options.push(packetText(packet.payload));
    if (options.length > PUSH_OPTIONS_MAX) return tooMany("push options", PUSH_OPTIONS_MAX);
  }
  return options;
}

function tooMany(what: string, limit: number): Failure {
  return new Failure("too-large", `push: more than ${limit} ${what}`);
}
