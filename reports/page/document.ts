/** The shell of every page evenkeel writes: one file under a policy that runs its own script and nothing else. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Html, html, scriptJson } from '../safe.ts';
import { withDerivedColors } from './parts.ts';
import type { Payload } from './payload.ts';
import { pageScript } from './script.ts';

interface PageInput {
  title: string;
  payload: Payload;
  body: Html;
}

export async function wholePage({ title, payload, body }: PageInput): Promise<string> {
  const css = withDerivedColors(await readFile(new URL('./page.css', import.meta.url), 'utf8'));
  const script = await pageScript();
  const policy = [
    "default-src 'none'",
    `script-src ${sourceHash(script)}`,
    `style-src ${sourceHash(css)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title} · evenkeel</title>
<style>${new Html(css)}</style>
</head>
<body>
${body}<script type="application/json" id="payload">${new Html(scriptJson(payload))}</script>
<script type="module">${new Html(script)}</script>
</body>
</html>
`.markup;
}

/** As the policy names an inline script or style. */
function sourceHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
