/** The verbs of faults and their exact meaning, in one place: MODEL.md shows it beside the keys of the schema. */

interface VerbMeaning {
  /** What happens, and until when. */
  readonly does: string;
  /** Combinations that are no plan: refused when the scenario is loaded. */
  readonly refused: string;
  /** What chance or a condition may bring about all the same: what it means then. */
  readonly otherwise: string;
}

const NO_DOWN = 'of a node that is down already';
const TOLD = 'does nothing, which the result tells';

export const FAULT_VERBS = {
  crash: {
    does:
      'The node stops at once. Work in its queue and in service is gone, and so is its memory. `of: process` (kill -9): open connections are ' +
      'reset, new ones refused, and what the process had written to its sockets still arrives. `of: host` (power, kernel): silence.',
    refused: NO_DOWN,
    otherwise: `down already: ${TOLD}`,
  },
  restart: {
    does:
      'The node comes back and knows its role (nodes.conf, or its configuration). `with: data` (an append-only file): it answers LOADING until it ' +
      'has read what it had executed when it died, and its replicas lack nothing; a replica catches up without a full copy. With nothing: its memory ' +
      "is empty; a replica copies its primary's data set; a primary that nobody replaced is an empty primary, and its replicas, obeying it, copy that " +
      '(Redis replication, "Safety of replication when master has persistence turned off").',
    refused:
      'of a node that is up, unless chance or a condition may have crashed it; `loadRate` without data',
    otherwise: `up: ${TOLD}`,
  },
  handOver: {
    does:
      'An operator has another node of the shard become primary: the one that has most of the data is asked, again after 6 s, given up after 30 s. ' +
      '`graceful`: it has every write first; `force`: without the old primary; `takeover`: without votes too.',
    refused: 'without replicas; graceful of a node that is down',
    otherwise: `no primary, or a failover that is not by servers: ${TOLD}`,
  },
  rollingRestart: {
    does:
      'Node by node, replicas before primaries, stops and comes back after `down`; when it has its data, and `between` later, the next one’s turn ' +
      'comes. Graceful: it hands its role over first; where clients fail over by themselves, all of them are told that it leaves and that it is back.',
    refused: 'while another one goes on',
    otherwise: 'a node that is down is left out; one that crashes in its turn is waited for',
  },
  drain: {
    does:
      'For maintenance: the node hands its role over, then refuses requests as if it were gone, but goes on replicating, and takes requests again `for` ' +
      'so long after the drain began. The role stays where it is.',
    refused: `of the only node; ${NO_DOWN}, or drained`,
    otherwise: `down: ${TOLD}; drained already: until the later end`,
  },
  zoneOutage: {
    does: 'Power fails: every node of the zone crashes as a host and, with `for`, restarts with nothing; its clients reach nobody as long.',
    refused: 'of a zone that is not there; of nodes that are down already',
    otherwise: 'a node that is down stays so; all come back together',
  },
  crashes: {
    does: 'Each node dies at random times, and is restarted: exponential times to failure (mean `mtbf`) and repair (`mttr`), by the seed.',
    refused: 'under a condition',
    otherwise:
      'a node that is down for another reason does not crash again, and one that is up is not restarted',
  },
  crashSome: {
    does:
      'So many of the nodes, drawn by the seed among those that are up, crash at the same moment (a rack, a bad release). They restart together after ' +
      '`for`, if at all.',
    refused: 'more than are named',
    otherwise: 'fewer are up: all of them crash, and the result tells',
  },
  flap: {
    does: 'Crashes, restarts after `down`, crashes again after `up`; `times`, or to the end.',
    refused: NO_DOWN,
    otherwise: 'as crash and restart',
  },
  pause: {
    does:
      'The process hangs (SIGSTOP, a long collection of garbage, a live migration). Its kernel still accepts: what arrives waits, and what was in its queue ' +
      'or in service goes on afterwards, so much later. Its timers and the messages of its protocol wait too; it learns afterwards what was decided ' +
      'without it. `for` so long, or until it is resumed.',
    refused: `${NO_DOWN}, or hangs`,
    otherwise: `down: ${TOLD}; hanging already: both times add up`,
  },
  resume: {
    does: 'Ends a pause without `for`.',
    refused: 'where none goes on; under a condition',
    otherwise: '',
  },
  stall: {
    does:
      'A slow command, or the fork of BGSAVE (which stops Redis while page tables are copied): queues like any command and keeps one thread busy `for` so ' +
      'long. With a single thread, timers and messages wait as well.',
    refused: NO_DOWN,
    otherwise: `down: ${TOLD}`,
  },
  slow: {
    does:
      'Whatever starts to queue while it lasts takes `factor` times the work. With a `ramp` the factor rises evenly, in steps of a hundredth of it, as with ' +
      'a leak or a disk that fills. The machine is slow: a restart does not mend it.',
    refused: `${NO_DOWN}, or slow; a ramp longer than \`for\``,
    otherwise: 'slow already: factors multiply while both last',
  },
  partition: {
    does:
      'Messages between those cut off and everybody else: on connections they are held back until it heals (TCP sends them again), among nodes they are ' +
      'dropped (Redis frees a bus link without a pong). A zone takes its clients along; a group of `clients` is cut off from the nodes `from`, and nobody ' +
      'else is. `between: clients` or `nodes`, `direction: in` or `out` of those cut off; `for` so long, or until it is healed.',
    refused: 'with nobody on the other side; of clients that are not there; of clients with `between: nodes`',
    otherwise: 'several at once: a message passes when none of them stops it',
  },
  heal: {
    does: 'Ends the partition of that name, or all, that began without `for`.',
    refused: 'where none goes on; under a condition',
    otherwise: '',
  },
  loss: {
    does: 'Each packet to or from these nodes is lost with this probability, and sent again after 200 ms, 400 ms, ... (TCP_RTO_MIN of Linux; RFC 6298, 5.5).',
    refused: '',
    otherwise: 'several at once: each loses its share',
  },
  slowOrigin: {
    does: 'The origin takes so many times as long `for` so long.',
    refused: 'without an origin, or slow already',
    otherwise: 'slow already: factors multiply while both last',
  },
  originDown: {
    does: 'The origin begins nothing. What it had begun is answered; what it is asked waits, and is worked off by its limited concurrency when it is back.',
    refused: 'without an origin, or down already',
    otherwise: 'down already: until the later end',
  },
} as const satisfies Record<string, VerbMeaning>;

export type Verb = keyof typeof FAULT_VERBS;
export const VERBS = Object.keys(FAULT_VERBS) as Verb[];
