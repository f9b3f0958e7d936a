/** Constants of the protocol, which Redis fixes in its source; only the parameters of the module can be set. */
const MS = 1e6;

/** Period of clusterCron. */
export const TICK_NS = 100 * MS;
/** Timers are late by up to this much: the event loop (src/ae.c) waits in whole milliseconds. */
export const TICK_LATENESS_NS = MS;
/** clusterCron pings a random node at every tenth tick. */
export const TICKS_PER_RANDOM_PING = 10;
/** It samples so many nodes and pings the one with the oldest pong. */
export const RANDOM_PING_SAMPLE = 5;
/** Least entries of a gossip section; a tenth of the nodes where that is more. */
export const MIN_GOSSIP_ENTRIES = 3;
/** Pong times travel in whole seconds. */
export const GOSSIP_CLOCK_NS = 1000 * MS;
/** First retransmission of a TCP connection (Linux, TCP_RTO_MIN). */
export const RETRANSMISSION_NS = 200 * MS;
/** CLUSTER_FAIL_REPORT_VALIDITY_MULT: a failure report counts for so many node timeouts. */
export const REPORT_LIFETIMES = 2;
/** CLUSTER_FAIL_UNDO_TIME_MULT: node timeouts before a failed primary that nobody replaced is taken back. */
export const UNDO_TIMEOUTS = 2;

/** Fixed part of the election delay: lets FAIL reach the voters. */
export const ELECTION_DELAY_NS = 500 * MS;
/** Random part: one of so many milliseconds. */
export const ELECTION_JITTER_MS = 500;
/** Further delay per sibling with more data. */
export const RANK_DELAY_NS = 1000 * MS;
export const MIN_ELECTION_TIMEOUT_NS = 2000 * MS;

/**
 * CLUSTER_MF_TIMEOUT: a manual failover that is not done by then is off, and the primary goes on. (Its pause of writes
 * is bounded by twice that, CLUSTER_MF_PAUSE_MULT, but ends with the failover.)
 */
export const MANUAL_FAILOVER_NS = 5000 * MS;
/** A replica that lacks writes looks again whether it has them before its event loop sleeps; a millisecond here. */
export const CATCH_UP_POLL_NS = MS;

/** CLUSTER_SLAVE_MIGRATION_DELAY: a primary must have been without replicas for so long before one goes over to it. */
export const MIGRATION_DELAY_NS = 5000 * MS;

/** CLUSTER_WRITABLE_DELAY: a restarted primary listens first, for it may have been replaced. */
export const WRITABLE_DELAY_NS = 2000 * MS;
/** Bounds of the time a primary waits after it was in a minority. */
export const MIN_REJOIN_DELAY_NS = 500 * MS;
export const MAX_REJOIN_DELAY_NS = 5000 * MS;
