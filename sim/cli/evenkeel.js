#!/usr/bin/env node
// The command. Plain JavaScript, because a Node too old to run TypeScript must still be able to say so.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 18) || (major === 23 && minor < 6)) {
  process.stderr.write(
    `evenkeel: Node ${process.versions.node} is too old; evenkeel needs Node 22.18 or newer (24 is best).\n` +
      'Inside the repository "npm start", "npm test" and "npx evenkeel" use the Node that "npm ci" installs.\n',
  );
  process.exitCode = 2;
} else {
  const { enableCompileCache } = await import('node:module');
  const { fileURLToPath } = await import('node:url');
  const installed = import.meta.url.includes('/node_modules/');
  // Node keeps what it compiles, and strips of types, beside the packages: from the second start on it reads that, and is there
  // in half the time. Workers hear of it by the environment.
  const packages = new URL(installed ? '../../../' : '../../node_modules/', import.meta.url);
  const cache = fileURLToPath(new URL('.cache/evenkeel', packages));
  if (enableCompileCache(cache).directory !== undefined) process.env.NODE_COMPILE_CACHE ??= cache;
  // A clone runs its TypeScript as it stands; what is installed was compiled, as Node strips no types there.
  await (installed ? import('../../dist/sim/cli/main.js') : import('./main.ts'));
}
