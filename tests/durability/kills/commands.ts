import assert from "node:assert/strict";
import { digestToken } from "../../../src/authentication/token-text.ts";
import type { FaultPoint } from "../../../src/fault-points.ts";
import { Secret } from "../../../src/model/secret.ts";
import { acknowledge, type Client, newModel } from "./client.ts";
import { type Fault, runPail } from "./killable-server.ts";
import { EMAIL, WORKSPACE, type World, withDatabase } from "./world.ts";

/** Something that the command line does beside the server. */
export type Command = "create-token" | "revoke-token" | "rotate-token" | "import";

export const POINTS_OF_COMMANDS: Readonly<Record<Command, readonly FaultPoint[]>> = {
  "create-token": ["token.stored", "transaction.recorded", "token.created"],
  "revoke-token": ["token.marked-revoked", "transaction.recorded", "token.revoked"],
  "rotate-token": ["token.successor-stored", "token.succeeded", "transaction.recorded", "token.rotated"],
  import: [
    "repository.folder-made",
    "packs.moved",
    "packs.accepted",
    "repository.row-made",
    "transaction.recorded",
    "refs.committed",
    "repository.created",
  ],
};

/** Runs a command, to its end or to its fault. @returns whether the fault was reached. */
export async function runCommand(
  client: Client,
  command: Command,
  fault: Fault | undefined,
): Promise<boolean> {
  switch (command) {
    case "create-token":
      return createToken(client, fault);
    case "revoke-token":
      return revokeToken(client, fault);
    case "rotate-token":
      return rotateToken(client, fault);
    case "import":
      return importRepository(client, fault);
  }
}

async function run(world: World, args: readonly string[], fault: Fault | undefined) {
  const { status, stdout, stderr } = await runPail(world.location, args, fault);
  assert.ok(status === 0 || (status === undefined && fault !== undefined), `pail ${args[0]}: ${stderr}`);
  return { isKilled: status === undefined, text: stdout.trim() };
}

async function createToken(client: Client, fault: Fault | undefined): Promise<boolean> {
  const { world } = client;
  client.count += 1;
  const name = `${client.name}-${client.count}`;
  const args = ["token", "create", "--account", EMAIL, "--name", name, "--scope", "all"];
  const { isKilled, text } = await run(world, args, fault);
  if (!isKilled) await keepToken(world, name, text);
  return isKilled;
}

/** @throws Error if there is no row of the token that has been printed. */
async function keepToken(world: World, name: string, text: string): Promise<void> {
  const id = await withDatabase(world, async ({ kysely }) => {
    const digest = digestToken(new Secret(text));
    return (
      await kysely
        .selectFrom("api_token")
        .select("uuid")
        .where("digest", "=", digest)
        .executeTakeFirstOrThrow()
    ).uuid;
  });
  world.tokens.push({ name, text, id, state: "works", isRotated: false });
}

async function workingToken(client: Client) {
  const find = () => client.world.tokens.find(({ state, isRotated }) => state === "works" && !isRotated);
  if (find() === undefined) await createToken(client, undefined);
  return find()!;
}

async function revokeToken(client: Client, fault: Fault | undefined): Promise<boolean> {
  const token = await workingToken(client);
  token.state = "unsure";
  const { isKilled } = await run(client.world, ["token", "revoke", token.id], fault);
  if (!isKilled) token.state = "revoked";
  return isKilled;
}

/** What was cut off is done again, as an operator would: it gives the one successor. */
async function rotateToken(client: Client, fault: Fault | undefined): Promise<boolean> {
  const token = await workingToken(client);
  token.isRotated = true;
  const { isKilled, text } = await run(client.world, ["token", "rotate", token.id], fault);
  const successor = isKilled
    ? (await run(client.world, ["token", "rotate", token.id], undefined)).text
    : text;
  await keepToken(client.world, token.name, successor);
  return isKilled;
}

async function importRepository(client: Client, fault: Fault | undefined): Promise<boolean> {
  const { world } = client;
  const repository = newModel(client, "i");
  const stages = [{ state: world.importSource.refs, told: [`repo:imported ${repository.slug}`] }];
  repository.unsure = stages;
  const args = ["repository", "import", world.importSource.folder, "--workspace", WORKSPACE];
  const { isKilled } = await run(world, [...args, "--name", repository.slug], fault);
  if (!isKilled) acknowledge(repository, stages);
  return isKilled;
}
