import type { OauthScope } from "./oauth-scope.ts";
import type { Uuid } from "./uuid.ts";
import type { HeaderLine, WebhookEvent } from "./webhook.ts";

/** The name by which an app is known everywhere: `key` of its descriptor. */
export type AppKey = string & { readonly __brand: "AppKey" };

const APP_KEY_LENGTH_MAX = 128;

/** Reads the key of an app. */
export function parseAppKey(text: string): AppKey | undefined {
  return text.length <= APP_KEY_LENGTH_MAX && /^[A-Za-z0-9._-]+$/.test(text) ? (text as AppKey) : undefined;
}

/** What an app says of itself, with all addresses whole. */
export type AppDescriptor = {
  readonly key: AppKey;
  readonly name: string;
  readonly description: string;
  readonly vendor: { readonly name: string; readonly url: string | undefined } | undefined;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** `none`: an app that asks for no secret, and gets none. */
  readonly authentication: "jwt" | "none";
  readonly lifecycle: { readonly installed: string | undefined; readonly uninstalled: string | undefined };
  readonly scopes: readonly OauthScope[];
  readonly webhooks: readonly AppWebhook[];
  readonly postInstallRedirect: string | undefined;
  readonly frames: readonly AppFrame[];
  /** Modules that it has and that are not shown. */
  readonly otherModules: readonly string[];
};

/** `*`: all events that the scopes cover. */
export type AppWebhook = { readonly event: WebhookEvent | "*"; readonly url: string };

/** The modules whose pages are shown in a frame. */
export const FRAME_MODULES = [
  "configurePage",
  "adminPages",
  "repoPages",
  "webPanels",
  "profileTabs",
  "fileViews",
] as const;
export type FrameModule = (typeof FRAME_MODULES)[number];

/** A page of an app. */
export type AppFrame = {
  readonly module: FrameModule;
  readonly key: string;
  readonly name: string;
  /** With parameters in braces, such as `{repo_uuid}`. */
  readonly url: string;
  readonly location: string | undefined;
};

/** An app in a workspace. */
export type Installation = {
  readonly uuid: Uuid;
  readonly workspaceUuid: Uuid;
  /** Of the account in whose name the app acts. */
  readonly accountUuid: Uuid;
  readonly appKey: AppKey;
  /** By which the app knows the installation. */
  readonly clientKey: string;
  readonly descriptorUrl: string;
  readonly descriptor: AppDescriptor;
  readonly isRegistered: boolean;
  /** Shared with the app. Sealed, since it has to be known to sign. */
  readonly sealedSecret: Buffer;
  /** SPKI in base64. Sent, and used for nothing: clients refuse an installation without one. */
  readonly publicKey: string;
  readonly state: InstallationState;
  /** While its `installed` call is under way: until when it may already call. */
  readonly installingUntil: Date | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** `incomplete`: its `installed` call has not been answered, or badly. */
export type InstallationState = "incomplete" | "installed" | "uninstalled";

/** Whether the app may call. */
export function isLivingInstallation({ state, installingUntil }: Installation, now: Date): boolean {
  return state === "installed" || (installingUntil !== undefined && installingUntil > now);
}

/** An app that was registered: its secret is the same in all its installations. */
export type AppRegistration = {
  readonly uuid: Uuid;
  /** To which it belongs. */
  readonly workspaceUuid: Uuid;
  readonly appKey: AppKey;
  readonly name: string;
  readonly descriptorUrl: string;
  readonly sealedSecret: Buffer;
  readonly createdAt: Date;
};

/** What is asked of an app, beside its webhooks. */
export type AppCallKind = "descriptor" | "installed" | "uninstalled";

/** What was asked of an app, and what it has answered. */
export type AppCall = {
  readonly uuid: Uuid;
  readonly workspaceUuid: Uuid;
  /** Undefined: the descriptor was not read. */
  readonly appKey: AppKey | undefined;
  readonly kind: AppCallKind;
  readonly sentAt: Date;
  readonly durationMs: number;
  readonly method: "GET" | "POST";
  /** Without a password. */
  readonly url: string;
  /** What `qsh` is the hash of. Undefined: nothing was signed. */
  readonly canonicalRequest: string | undefined;
  /** A token without its signature. */
  readonly requestHeaders: readonly HeaderLine[];
  /** Without the secret. */
  readonly requestBody: string | undefined;
  readonly responseStatus: number | undefined;
  readonly responseHeaders: readonly HeaderLine[];
  /** The beginning of it. */
  readonly responseBody: string | undefined;
  readonly problem: string | undefined;
};
