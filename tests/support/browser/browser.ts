import { after } from "node:test";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { findChromium } from "./chromium.ts";

export type Language = "en" | "ja";
export type Scheme = "light" | "dark";

export const WIDE = 1280;
export const NARROW = 360;

export type TabOptions = {
  readonly width?: typeof WIDE | typeof NARROW;
  readonly scheme?: Scheme;
  readonly language?: Language;
  readonly hasJavaScript?: boolean;
  /** `name=value`, as the browser sends it. */
  readonly cookie?: string | undefined;
};

/** A window of its own: no cookie, no cache and no history of another one. */
export type Tab = {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What a reader does not see and must not be: errors in the console, refusals of the policy, requests to another host. */
  readonly faults: string[];
};

const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"];

let opened: Promise<Browser> | undefined;

/** One browser for all tests of a file. Ends with them. */
export function openBrowser(): Promise<Browser> {
  opened ??= findChromium().then((executablePath) => chromium.launch({ executablePath, args: ARGUMENTS }));
  return opened;
}

after(async () => (await opened)?.close());

/** The cookie is sent to the server at `url` alone. */
export async function openTab(url: string, options: TabOptions = {}): Promise<Tab> {
  const { width = WIDE, scheme = "light", language = "en", hasJavaScript = true, cookie } = options;
  const browser = await openBrowser();
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width, height: width === WIDE ? 800 : 640 },
    colorScheme: scheme,
    locale: language === "en" ? "en-GB" : "ja-JP",
    timezoneId: "UTC",
    javaScriptEnabled: hasJavaScript,
  });
  if (cookie !== undefined) {
    const [name = "", ...value] = cookie.split("=");
    await context.addCookies([{ name, value: value.join("="), url, sameSite: "Lax", httpOnly: true }]);
  }
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  return { context, page, faults: watchFaults(page, new URL(url).host) };
}

function watchFaults(page: Page, host: string): string[] {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`${page.url()}: ${error}`));
  page.on("console", (message) => {
    // A page with a status of its own, 404 say, is what was asked for.
    const isStatus =
      message.text().startsWith("Failed to load resource") && message.location().url === page.url();
    if ((message.type() === "error" || message.type() === "warning") && !isStatus)
      faults.push(`${page.url()}: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.host !== host) faults.push(`${page.url()}: a request to ${url.href}`);
  });
  return faults;
}
