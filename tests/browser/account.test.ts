// The life of an account in a real browser without its script: first start, second step, sign-out, sign-in.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Secret, TOTP } from "otpauth";
import { createFirstAccountLink } from "../../src/operations/accounts/password-links.ts";
import { openTab } from "../support/browser/browser.ts";
import { startTestApp } from "../support/server/test-app.ts";

const app = await startTestApp();
after(() => app.close());

const PASSWORD = "seven otters on a raft";

for (const language of ["en", "ja"] as const)
  test(`without script, in ${language}: first account, two-step verification, out and in again`, async () => {
    const isJapanese = language === "ja";
    const { page, context, faults } = await openTab(app.url, { language, hasJavaScript: false });
    const press = (english: string, japanese: string) =>
      page.getByRole("button", { name: isJapanese ? japanese : english, exact: true }).click();
    const email = `operator.${language}@example.com`;
    try {
      if (!isJapanese) {
        const { url } = await createFirstAccountLink(app.ports, app.by);
        await page.goto(new URL(url.reveal()).pathname);
        await page.locator("#email").fill(email);
        await page.locator("#username").fill(`operator-${language}`);
        await page.locator("#name").fill("山田 Operator");
        await page.locator("#password").fill("password1234");
        await press("Create account", "アカウントを作成");
        // The form comes back with what was typed, but for the password.
        assert.equal(await page.locator("#email").inputValue(), email);
        assert.equal(await page.locator("#password").inputValue(), "");
        await page.locator("#password").fill(PASSWORD);
        await press("Create account", "アカウントを作成");
      } else {
        await page.goto("/-/sign-in");
        await page.locator("#email").fill("operator.en@example.com");
        await page.locator("#password").fill(PASSWORD);
        await press("Sign in", "サインイン");
      }
      assert.match(await page.locator(".me").innerText(), /山田 Operator/);

      await page.goto("/-/settings/two-step");
      await press("Set up", "設定を開始");
      const secret = (await page.locator(".cmd pre").innerText()).replaceAll(" ", "");
      const totp = new TOTP({ secret: Secret.fromBase32(secret) });
      await page.locator("#code").fill(totp.generate({ timestamp: Date.now() - 30_000 }));
      await press("Switch on", "2 段階認証を有効化");
      const codes = (await page.locator(".cmd pre").innerText()).split("\n");
      assert.equal(codes.length, 10);

      await page.goto("/-/settings/password");
      await press("Sign out", "サインアウト");
      await page.goBack();
      assert.equal(await page.locator(".me bdi").count(), 0, "nothing is left to go back to");

      await page.goto("/-/sign-in?next=/-/settings/sessions");
      await page.locator("#email").fill("operator.en@example.com");
      await page.locator("#password").fill(PASSWORD);
      await press("Sign in", "サインイン");
      await page.locator("#code").fill(totp.generate());
      await press("Sign in", "サインイン");
      assert.equal(new URL(page.url()).pathname, "/-/settings/sessions");
      assert.match(await page.locator("tbody tr").first().innerText(), /Chrome/);

      await page.goto("/-/settings/two-step?off");
      await press("Switch off", "2 段階認証を無効化");
      assert.match(await page.locator("[role=status]").innerText(), isJapanese ? /無効/ : /is off/);
      assert.deepEqual(faults, []);
    } finally {
      await context.close();
    }
  });
