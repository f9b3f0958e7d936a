/** Constants that Redis fixes in src/sentinel.c; only the parameters of the module can be set. */
const SECOND = 1e9;

/** SENTINEL_PING_PERIOD: at most; down-after-milliseconds where that is less. */
export const PING_PERIOD_NS = SECOND;
export const INFO_PERIOD_NS = 10 * SECOND;
/** INFO to replicas while their primary is down or being replaced. */
export const URGENT_INFO_PERIOD_NS = SECOND;
/** SENTINEL_PUBLISH_PERIOD: hello messages. */
export const HELLO_PERIOD_NS = 2 * SECOND;
/** SENTINEL_ASK_PERIOD: between questions to a peer that answers. */
export const ASK_PERIOD_NS = SECOND;
/** A peer's answer counts so long. */
export const ANSWER_LIFETIME_NS = 5 * ASK_PERIOD_NS;
/** SENTINEL_MAX_DESYNC: one of so many milliseconds. */
export const DESYNC_MS = 1000;
/** SENTINEL_ELECTION_TIMEOUT: at most; failover-timeout where that is less. */
export const ELECTION_TIMEOUT_NS = 10 * SECOND;
/** SENTINEL_SLAVE_RECONF_TIMEOUT. */
export const RECONFIGURATION_TIMEOUT_NS = 10 * SECOND;
/** A replica that says it is primary is corrected after so long: four hello periods. */
export const ROLE_GRACE_NS = 4 * HELLO_PERIOD_NS;
/** Timer of 10 Hz and up to 9 Hz more, drawn anew each time, which keeps sentinels from splitting votes. */
export const BASE_HZ = 10;
/** SENTINEL_TILT_TRIGGER, SENTINEL_TILT_PERIOD: a timer this late makes the sentinel passive for a while. */
export const TILT_TRIGGER_NS = 2 * SECOND;
export const TILT_PERIOD_NS = 30 * SECOND;
