import type { Account } from "../../model/account.ts";
import type { Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import { representEmbeddedAccount } from "../../representations/embedded-account.ts";
import type { BaseUrls } from "../../representations/links.ts";
import { representRepository } from "../../representations/repository.ts";
import { NO_DETAILS } from "../../storage/sql/repositories/repository-details.ts";

export type PayloadPorts = Pick<Ports, "config" | "listening" | "database" | "packs" | "objects">;

/** What nearly every payload includes. */
export type PayloadSubject = {
  /** Undefined for the operator. */
  readonly actor: Account | undefined;
  readonly repository: Repository;
  readonly baseUrls: BaseUrls;
};

export function showActor({ actor, baseUrls }: Pick<PayloadSubject, "actor" | "baseUrls">) {
  return actor === undefined ? null : representEmbeddedAccount(actor, baseUrls);
}

/**
 * As recorded: all fields, with three of the links. The links have no caller's name, since the reader of a payload is
 * unknown.
 *
 * @param parent the parent of a fork, if the reader already knows of it.
 */
export function showRepository(
  { repository, baseUrls }: Pick<PayloadSubject, "repository" | "baseUrls">,
  parent?: Repository,
) {
  const details = { ...NO_DETAILS, parent };
  const whole = representRepository(repository, details, baseUrls, { kind: "anonymous" });
  const { links, override_settings: _settings, ...shown } = whole;
  const { self, html, avatar } = links;
  return { ...shown, links: { self, html, avatar } };
}
