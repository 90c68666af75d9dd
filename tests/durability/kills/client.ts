import assert from "node:assert/strict";
import type { HttpAnswer, HttpQuestion } from "../../support/clients/http-request.ts";
import type { Random } from "./seeded-random.ts";
import { ask, type RepositoryModel, type Stage, WORKSPACE, type World } from "./world.ts";

export const MAIN = "refs/heads/main";

/** Where one client works: repositories that no other client touches. */
export type Client = { readonly name: string; readonly random: Random; readonly world: World; count: number };

/** Whether the server has acknowledged it. If not, it is going down, and the client ends. */
export type Acknowledged = boolean;

export function repositoriesOf({ world, name }: Client): readonly RepositoryModel[] {
  return [...world.repositories.values()].filter(
    ({ slug, state, unsure }) => slug.startsWith(`${name}-`) && state !== undefined && unsure.length === 0,
  );
}

export function chooseRepository(client: Client): RepositoryModel {
  const all = repositoriesOf(client);
  assert.ok(all.length > 0, "a client always has a repository");
  return client.random.pick(all);
}

export function branchesOf({ state }: RepositoryModel): readonly string[] {
  return [...state!.keys()].filter((name) => name.startsWith("refs/heads/"));
}

export function idOf({ state }: RepositoryModel, name: string): string | undefined {
  const target = state!.get(name);
  assert.ok(typeof target !== "object", `the id of ${name} is known by now`);
  return target;
}

export function acknowledge(repository: RepositoryModel, stages: readonly Stage[]): Acknowledged {
  repository.unsure = [];
  repository.done.push(...stages);
  repository.state = stages.at(-1)!.state;
  return true;
}

/** A request; undefined if the connection has been cut. */
async function tryAsk(world: World, path: string, question: HttpQuestion): Promise<HttpAnswer | undefined> {
  try {
    return await ask(world, path, question);
  } catch {
    return undefined;
  }
}

/** Asks for a change of one repository, with everything that may be found afterwards. */
export async function askChange(
  client: Client,
  repository: RepositoryModel,
  stages: readonly Stage[],
  question: HttpQuestion & { readonly path: string; readonly status: number },
): Promise<HttpAnswer | undefined> {
  repository.unsure = stages;
  const answer = await tryAsk(client.world, question.path, question);
  if (answer === undefined) return undefined;
  assert.equal(answer.status, question.status, `${question.method} ${question.path}: ${answer.text}`);
  acknowledge(repository, stages);
  return answer;
}

export function pathOf({ slug }: RepositoryModel): string {
  return `/2.0/repositories/${WORKSPACE}/${slug}`;
}

export function newModel(client: Client, name = "r"): RepositoryModel {
  client.count += 1;
  const slug = `${client.name}-${name}${client.world.repositories.size}`;
  const model: RepositoryModel = { slug, state: undefined, unsure: [], done: [], seen: undefined };
  client.world.repositories.set(slug, model);
  return model;
}

/** The id of what the server has made, once it is known. */
export function learn(repository: RepositoryModel, name: string, id: string): Acknowledged {
  const { told } = repository.done.pop()!;
  return acknowledge(repository, [{ state: new Map(repository.state).set(name, id), told }]);
}

export function pushed({ slug }: RepositoryModel, state: RepositoryModel["state"]): readonly Stage[] {
  return [{ state, told: [`repo:push ${slug}`] }];
}
