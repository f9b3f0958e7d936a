/**
 * A bare RESP2 client: one connection, replies in the order of the commands, no retry, no reconnect. A measurement
 * needs to know what each single command met, which a library that helps would hide.
 * Source: Redis serialization protocol specification.
 */
import { connect, type Socket } from 'node:net';

export type Reply = string | number | null | readonly Reply[] | ReplyError;

/** An error the server answered, such as MOVED; a lost connection rejects instead. */
export class ReplyError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

export function encodeCommand(parts: readonly string[]): string {
  return `*${parts.length}\r\n${parts.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join('')}`;
}

export class Connection {
  readonly #socket: Socket;
  readonly #parser = new ReplyParser();
  readonly #waiting: Waiting[] = [];
  #taken = 0;
  #closed: Error | null = null;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (data) => this.#receive(data));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('connection closed')));
  }

  get closed(): boolean {
    return this.#closed !== null;
  }

  send(...parts: readonly string[]): Promise<Reply> {
    return this.sendAll([parts]).then((replies) => replies[0]!);
  }

  /** Several commands in one packet; all their replies. */
  sendAll(commands: readonly (readonly string[])[]): Promise<Reply[]> {
    if (this.#closed !== null) return Promise.reject(this.#closed);
    this.#socket.write(commands.map(encodeCommand).join(''));
    return Promise.all(
      commands.map(() => new Promise<Reply>((resolve, reject) => this.#waiting.push({ resolve, reject }))),
    );
  }

  close(): void {
    this.#fail(new Error('closed by this client'));
    this.#socket.destroy();
  }

  #receive(data: Buffer): void {
    for (const reply of this.#parser.push(data)) this.#waiting[this.#taken++]!.resolve(reply);
    if (this.#taken === this.#waiting.length) {
      this.#waiting.length = 0;
      this.#taken = 0;
    }
  }

  #fail(error: Error): void {
    if (this.#closed !== null) return;
    this.#closed = error;
    for (const { reject } of this.#waiting.slice(this.#taken)) reject(error);
  }
}

/** Bytes to replies; what is incomplete waits for more. */
export class ReplyParser {
  #text: Buffer = Buffer.alloc(0);
  #at = 0;

  push(data: Buffer): Reply[] {
    this.#text = this.#text.length === 0 ? data : Buffer.concat([this.#text, data]);
    const replies: Reply[] = [];
    for (;;) {
      this.#at = 0;
      const reply = this.#next();
      if (reply === undefined) return replies;
      this.#text = this.#text.subarray(this.#at);
      replies.push(reply);
    }
  }

  /** The reply at #at, undefined when it is not all there. */
  #next(): Reply | undefined {
    const end = this.#text.indexOf('\r\n', this.#at);
    if (end < 0) return undefined;
    const kind = String.fromCharCode(this.#text[this.#at]!);
    const line = this.#text.toString('utf8', this.#at + 1, end);
    this.#at = end + 2;
    switch (kind) {
      case '+':
        return line;
      case '-':
        return new ReplyError(line);
      case ':':
        return Number(line);
      case '$':
        return this.#bulk(Number(line));
      case '*':
        return this.#array(Number(line));
      default:
        throw new Error(`not a RESP2 reply: ${JSON.stringify(kind + line)}`);
    }
  }

  #bulk(length: number): Reply | undefined {
    if (length < 0) return null;
    const end = this.#at + length;
    if (this.#text.length < end + 2) return undefined;
    const text = this.#text.toString('utf8', this.#at, end);
    this.#at = end + 2;
    return text;
  }

  #array(length: number): Reply | undefined {
    if (length < 0) return null;
    const items: Reply[] = [];
    for (let i = 0; i < length; i++) {
      const item = this.#next();
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items;
  }
}
