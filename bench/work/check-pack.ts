import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { packetText, parsePacket } from "../../src/git/wire/packet.ts";
import type { Bench } from "../bench-context.ts";
import { git } from "../measure/command.ts";

const PACK_CHANNEL = 1;

/** @throws Error if the answer to a fetch is not a sound pack with everything that the commit reaches. */
export async function checkPackAnswer(bench: Bench, answer: Buffer, want: string): Promise<void> {
  const folder = await mkdtemp(join(bench.folder, "check-"));
  try {
    await git(["init", "--quiet", "--bare", folder]);
    await git(["--git-dir", folder, "index-pack", "--stdin", "--strict"], { input: packOf(answer) });
    const count = async (gitDir: string) =>
      (await git(["--git-dir", gitDir, "rev-list", "--objects", "--count", want])).trim();
    const [found, expected] = [await count(folder), await count(bench.repositories.big)];
    if (found !== expected) throw new Error(`a fetch brought ${found} objects of ${expected}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function packOf(answer: Buffer): Buffer {
  const parts: Buffer[] = [];
  let isPack = false;
  let offset = 0;
  for (let parsed = parsePacket(answer, 0); parsed !== undefined; parsed = parsePacket(answer, offset)) {
    offset = parsed.end;
    if (parsed.packet.kind !== "data") continue;
    const { payload } = parsed.packet;
    if (isPack && payload[0] === PACK_CHANNEL) parts.push(payload.subarray(1));
    else if (packetText(payload) === "packfile") isPack = true;
  }
  return Buffer.concat(parts);
}
