#!/usr/bin/env node
// The installed command. Plain JavaScript, because a Node too old to run TypeScript must still be able to say so.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 18) || (major === 23 && minor < 6)) {
  process.stderr.write(
    `evenkeel: Node ${process.versions.node} is too old; evenkeel needs Node 22.18 or newer (24 is best).\n` +
      'Inside the repository "npm start", "npm test" and "npx evenkeel" use the Node that "npm ci" installs.\n',
  );
  process.exitCode = 2;
} else {
  // A clone runs its TypeScript as it stands; what is installed was compiled, as Node strips no types there.
  const installed = import.meta.url.includes('/node_modules/');
  await import(installed ? '../../dist/sim/cli/main.js' : './main.ts');
}
