/** Chromium for tests: the system's own. Where there is none, tests are skipped and say so; in CI that fails. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const found = process.env['CHROMIUM'] ?? PLACES.find((place) => existsSync(place));

if (found === undefined) {
  const message = `no Chromium at ${PLACES.join(', ')} nor in $CHROMIUM; install it with "apt-get install chromium"`;
  if (process.env['CI']) throw new Error(message);
  console.warn(`browser tests are skipped: ${message}`);
}

export const hasBrowser = found !== undefined;

export function launch(): Promise<Browser> {
  const quiet = [
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  return chromium.launch({ executablePath: found!, args: ['--no-sandbox', '--disable-gpu', ...quiet] });
}

/** What a page did that a report must not do. */
export interface Misdeeds {
  /** Console errors and warnings, exceptions, dialogs. */
  noise: string[];
  /** Requests beside the file itself. */
  requests: string[];
  /** Directive and blocked thing of each violation of the policy. */
  violations: string[];
}

/** Watches from before the first byte of the page. */
export async function watch(page: Page): Promise<Misdeeds> {
  const misdeeds: Misdeeds = { noise: [], requests: [], violations: [] };
  page.on('console', (message) => {
    const text = message.text();
    if (text.startsWith('violation: ')) misdeeds.violations.push(text);
    else if (message.type() !== 'log') misdeeds.noise.push(text);
  });
  page.on('pageerror', (error) => misdeeds.noise.push(error.message));
  page.on('dialog', (dialog) => {
    misdeeds.noise.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => misdeeds.requests.push(request.url()));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.log(`violation: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  return misdeeds;
}

/** Waits until the page's script is done; polls, as a strict policy forbids `waitForFunction`. */
export async function ready(page: Page): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (await page.evaluate(() => document.documentElement.dataset['ready'] === 'true')) return;
    await page.waitForTimeout(50);
  }
  throw new Error('the report did not become ready in 15 s');
}
