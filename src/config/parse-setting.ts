import { isIP } from "node:net";

const PORT_MAX = 65_535;
const UNITS: Readonly<Record<string, number>> = { "": 1, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 };

/** RFC 1123, section 2.1: labels of letters, digits and inner dashes, 253 characters in all. */
const HOST_NAME =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;

export function parseHost(text: string): string | undefined {
  return isIP(text) !== 0 || HOST_NAME.test(text) ? text : undefined;
}

/** Whether only this machine reaches the address. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

export function parsePort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : undefined;
  return port !== undefined && port <= PORT_MAX ? port : undefined;
}

export function parseSwitch(text: string): boolean | undefined {
  if (/^(?:true|yes|on|1)$/i.test(text)) return true;
  if (/^(?:false|no|off|0)$/i.test(text)) return false;
  return undefined;
}

/** A whole number of bytes, or with KiB, MiB or GiB behind it. At least 1. */
export function parseByteCount(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,15})\s*(|[kmg]ib)$/i.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const bytes = Number(digits) * UNITS[unit.toLowerCase()]!;
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}

/** As `parseByteCount`, or 0. */
export function parseRoom(text: string): number | undefined {
  return text.trim() === "0" ? 0 : parseByteCount(text);
}

/** A whole number from 1. */
export function parseCount(text: string): number | undefined {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return count >= 1 ? count : undefined;
}

/** More processes than this gain nothing. */
export const WORKERS_MAX = 64;

export function parseWorkers(text: string): number | undefined {
  const workers = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  return workers >= 1 && workers <= WORKERS_MAX ? workers : undefined;
}

const TOKEN_SECONDS_MIN = 60;
const TOKEN_SECONDS_MAX = 86_400;

/** Seconds for which an access token of OAuth lives: a minute to a day. */
export function parseTokenLife(text: string): number | undefined {
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return seconds >= TOKEN_SECONDS_MIN && seconds <= TOKEN_SECONDS_MAX ? seconds : undefined;
}

const DRAIN_SECONDS_MAX = 3_600;

/** Seconds from 0 to an hour. */
export function parseDrain(text: string): number | undefined {
  const seconds = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return seconds <= DRAIN_SECONDS_MAX ? seconds : undefined;
}

/** An address or name and a port with a colon between; an IPv6 address stands in brackets. */
export function parseAddress(text: string): { host: string; port: number } | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text) ?? [];
  const host = parseHost(bracketed ?? plain ?? "");
  const port = parsePort(digits ?? "");
  return host === undefined || port === undefined ? undefined : { host, port };
}

/** Reads the base of URLs, without a trailing slash and without `path`, the only path that it may have. */
export function parseBaseUrl(text: string, path = ""): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  const isPlain = url.username === "" && url.password === "" && !/[?#]/.test(text);
  const hasPath = ["", path].includes(url.pathname.replace(/\/$/, ""));
  return isPlain && hasPath ? url.origin : undefined;
}

/** What all stores take. Ceph takes capitals and underscores too, if it is told so. */
const OBJECT_STORE_URL = /^s3:\/\/([a-z0-9][a-z0-9._-]{1,61}[a-z0-9])((?:\/[a-z0-9][a-z0-9._-]*)*)\/?$/i;
const KEY_PREFIX_LENGTH_MAX = 512;

/** `s3://BUCKET/PREFIX`, of which the prefix may be missing. */
export function parseObjectStoreUrl(text: string): { bucket: string; prefix: string } | undefined {
  const [, bucket, path] = OBJECT_STORE_URL.exec(text) ?? [];
  if (bucket === undefined || path === undefined || path.length > KEY_PREFIX_LENGTH_MAX) return undefined;
  return { bucket, prefix: path.slice(1) };
}

const RETENTION_DAYS_MAX = 3_650;

/** Whole days. A day is longer than the longest read of an object and the longest transaction. */
export function parseRetentionDays(text: string): number | undefined {
  const days = parseCount(text);
  return days !== undefined && days <= RETENTION_DAYS_MAX ? days : undefined;
}

/** 32 bytes in hex, in small letters afterwards. */
export function parseSealingKey(text: string): string | undefined {
  return /^[0-9a-f]{64}$/i.test(text) ? text.toLowerCase() : undefined;
}

/** The URL of a server, which may have a path. Without a slash at its end. */
export function parseEndpoint(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  const isPlain = url.username === "" && url.password === "" && !/[?#]/.test(text);
  return isPlain ? url.origin + url.pathname.replace(/\/$/, "") : undefined;
}

export function parseRegion(text: string): string | undefined {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(text) ? text : undefined;
}
