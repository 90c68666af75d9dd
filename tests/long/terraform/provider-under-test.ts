import { execFile } from "node:child_process";
import { access, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** A checkout of the provider, for machines that do not reach Go's module proxy. */
const SOURCE = process.env.TERRAFORM_PROVIDER_BITBUCKET;

/** The name in the provider's own go.mod, which is not where it lies. */
const MODULE = "github.com/terraform-providers/terraform-provider-bitbucket";
const REPOSITORY = "github.com/DrFaust92/terraform-provider-bitbucket";
/** Of July 2026, between 2.51 and 2.52. */
const COMMIT = "96443a1";
const VERSION = "2.51.1";

/** Builds of other runs, and modules that they need, are Go's own to keep. */
const CACHE = join(import.meta.dirname, "..", "..", "..", "node_modules", ".cache", "terraform-provider");

/** What Go says when there is no way to its proxy, or none to this module. */
const UNREACHABLE = /dial tcp|no such host|i\/o timeout|connection refused|403 Forbidden/;

const run = promisify(execFile);

export type BuiltProvider =
  /** `configFile` is for `TF_CLI_CONFIG_FILE`: Terraform takes the provider from there and asks no registry. */
  | { readonly kind: "built"; readonly configFile: string }
  | { readonly kind: "impossible"; readonly reason: string };

/**
 * Terraform's provider DrFaust92/bitbucket, unmodified, built from its sources.
 *
 * @throws Error if it does not build.
 */
export async function buildProvider(): Promise<BuiltProvider> {
  for (const program of ["terraform", "go"]) {
    if (await isMissing(program)) return { kind: "impossible", reason: `there is no ${program} here` };
  }
  const platform = (await run("go", ["env", "GOOS", "GOARCH"])).stdout.trim().replace("\n", "_");
  const folder = join(CACHE, `registry.terraform.io/drfaust92/bitbucket/${VERSION}/${platform}`);
  await mkdir(folder, { recursive: true });
  const target = join(folder, `terraform-provider-bitbucket_v${VERSION}`);
  try {
    if (SOURCE !== undefined) await run("go", ["build", "-o", target, "."], { cwd: SOURCE });
    else await buildFromProxy(target);
  } catch (error) {
    const said = String((error as { stderr?: string }).stderr ?? error);
    const problem = said.split("\n").find((line) => UNREACHABLE.test(line));
    if (SOURCE !== undefined || problem === undefined) throw error;
    const reason = `the provider's source is not here (TERRAFORM_PROVIDER_BITBUCKET), and Go's proxy does not give it: ${problem}`;
    return { kind: "impossible", reason };
  }
  const configFile = join(CACHE, "terraformrc");
  await writeFile(
    configFile,
    `disable_checkpoint = true\nprovider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(CACHE)}\n  }\n}\n`,
  );
  return { kind: "built", configFile };
}

async function isMissing(program: string): Promise<boolean> {
  const folders = (process.env.PATH ?? "").split(":");
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(folder, program)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return !found.includes(true);
}

async function buildFromProxy(target: string): Promise<void> {
  const cwd = join(CACHE, "module");
  await mkdir(cwd, { recursive: true });
  // Go asks for the commit, checks it against its own log of checksums, and writes down what it has found.
  const lines = [
    "module built-by-the-test",
    "go 1.25",
    `require ${MODULE} v0.0.0`,
    `replace ${MODULE} => ${REPOSITORY} ${COMMIT}`,
  ];
  await writeFile(join(cwd, "go.mod"), `${lines.join("\n")}\n`);
  await run("go", ["build", "-mod=mod", "-o", target, MODULE], { cwd });
}
