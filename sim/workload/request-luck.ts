/** What a run adds to every request, whether generated or recorded. */
import { fillShape } from '../distributions.ts';
import { type RandomStream, stream } from '../rng.ts';
import type { Setup } from '../setup.ts';
import { Ziggurat } from '../ziggurat.ts';
import { BLOCK_SIZE, type RequestBlock } from './request-block.ts';

/** What neither a generator nor a recording says: the client, the service draw, the network's jitter. */
export class RequestLuck {
  readonly #setup: Setup;
  readonly #ziggurat = new Ziggurat(BLOCK_SIZE);
  readonly #draw = new Uint32Array(BLOCK_SIZE);
  readonly #clients: RandomStream;
  readonly #service: RandomStream;
  readonly #network: RandomStream;

  constructor(setup: Setup, seed: number) {
    this.#setup = setup;
    this.#clients = stream(seed, 'clients');
    this.#service = stream(seed, 'service');
    this.#network = stream(seed, 'network');
  }

  fill(block: RequestBlock, count: number): void {
    const { clients, cluster, network } = this.#setup;
    if (clients.count > 1) this.#fillClients(block.client, clients.count, count);
    fillShape(cluster.node.serviceShape, this.#ziggurat, this.#service, block.serviceFactor, count);
    this.#fillJitter(network.jitterSigma, block.outFactor, count);
    this.#fillJitter(network.jitterSigma, block.backFactor, count);
  }

  #fillClients(out: Int32Array, clientCount: number, count: number): void {
    const scale = clientCount / 2 ** 32;
    this.#clients.fillU32(this.#draw, count);
    for (let i = 0; i < count; i++) out[i] = this.#draw[i]! * scale;
  }

  /** exp(sigma Z): median 1. */
  #fillJitter(sigma: number, out: Float64Array, count: number): void {
    if (sigma === 0) {
      out.fill(1, 0, count);
      return;
    }
    this.#ziggurat.fillNormal(this.#network, out, count);
    for (let i = 0; i < count; i++) out[i] = Math.exp(sigma * out[i]!);
  }
}
