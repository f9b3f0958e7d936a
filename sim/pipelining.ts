/**
 * What a command costs in a pipeline, or without a client, beside one alone: redis-benchmark's SET goes from 180k/s to
 * 1.54M/s with -P 16 (Redis documentation, "Redis benchmark").
 */
export const PIPELINED = 180 / 1540;
