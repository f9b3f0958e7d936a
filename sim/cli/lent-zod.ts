/** The zod of the command, for plug-ins that have none of their own: also where the command was bundled, and zod into it. */

// biome-ignore lint/performance/noReExportAll: lent as a whole
export * from 'zod';
export { default } from 'zod';
