import { cpus, loadavg, release, totalmem } from "node:os";
import { git, run } from "../measure/command.ts";

export type Machine = {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly kernel: string;
  readonly node: string;
  readonly git: string;
  readonly nginx: string;
  /** Of the minute before the run: what else the machine was doing. */
  readonly loadBefore: number;
};

export async function describeMachine(nginx: string): Promise<Machine> {
  const processors = cpus();
  return {
    processor: processors[0]?.model ?? "unknown",
    cores: processors.length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    git: (await run("git", ["version"])).trim(),
    nginx,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

/** Of the checkout that is measured; `unknown` outside of one. */
export async function describeCommit(): Promise<string> {
  const folder = import.meta.dirname;
  try {
    return (await git(["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"], { folder })).trim();
  } catch {
    return "unknown";
  }
}
