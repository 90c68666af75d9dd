import type { Credentials, Seed } from "pail/testing";
import { AbstractStartedContainer, GenericContainer, type StartedTestContainer, Wait } from "testcontainers";

const PORT = 8080;
/** JSON is YAML. */
const SEED = "/seed.yaml";
const CREDENTIALS = "/data/credentials.json";
/** Where it is without a path after `--control`. */
const CONTROL = "/data/control/socket";

/** Pail in a container of its image. */
export class PailContainer extends GenericContainer {
  constructor(image = "pail") {
    super(image);
    this.withExposedPorts(PORT)
      .withDemo([])
      // The last that it says. The image has no shell, which other strategies ask for ports.
      .withWaitStrategy(Wait.forLogMessage(/For pail control/));
  }

  /** @param seed what it begins with, or the name of a file. */
  withSeed(seed: Seed | string): this {
    this.withDemo(["--seed", SEED]);
    return typeof seed === "string"
      ? this.withCopyFilesToContainer([{ source: seed, target: SEED }])
      : this.withCopyContentToContainer([{ content: JSON.stringify(seed), target: SEED }]);
  }

  override async start(): Promise<StartedPailContainer> {
    return StartedPailContainer.open(await super.start());
  }

  private withDemo(options: readonly string[]): this {
    return this.withCommand([
      "demo",
      "--credentials",
      CREDENTIALS,
      "--control",
      "--catch-webhooks",
      ...options,
    ]);
  }
}

export class StartedPailContainer extends AbstractStartedContainer {
  readonly credentials: Credentials;

  private constructor(container: StartedTestContainer, credentials: Credentials) {
    super(container);
    this.credentials = credentials;
  }

  static async open(container: StartedTestContainer): Promise<StartedPailContainer> {
    const text = await runIn(container, ["node", "-p", `fs.readFileSync("${CREDENTIALS}", "utf8")`]);
    return new StartedPailContainer(container, JSON.parse(text));
  }

  /** From outside of the container. The `url` of the credentials is from within. */
  getUrl(): string {
    return `http://${this.getHost()}:${this.getMappedPort(PORT)}`;
  }

  getApiUrl(): string {
    return `${this.getUrl()}/2.0`;
  }

  async reset(): Promise<void> {
    await this.control("reset");
  }

  /**
   * Runs `pail control` in the container, such as `control("clock", "advance", "40d")`: the control of Pail is not reached from outside.
   *
   * @returns what it says.
   * @throws Error if it is refused.
   */
  control(...args: readonly string[]): Promise<string> {
    return runIn(this.startedTestContainer, ["pail", "control", ...args, "--control", CONTROL]);
  }
}

async function runIn(container: StartedTestContainer, command: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await container.exec(command);
  if (exitCode !== 0) throw new Error(`${command.join(" ")}: ${stderr.trim()}`);
  return stdout;
}
