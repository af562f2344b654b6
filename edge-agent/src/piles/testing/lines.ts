import type { YkcBody, YkcMessage } from '@holdfast/protocols/ykc/codec';
import { ykc } from '@holdfast/protocols/ykc/codec';
import { ykcStream } from '@holdfast/protocols/ykc/stream';
import { virtualTime } from '../../site/testing/virtual-time.ts';
import { Capture } from '../capture.ts';
import { Connection, type ConnectionRoom, type Wire } from '../connection.ts';
import { CONNECTION_LIMITS, type ConnectionLimits, noFrames } from '../limits.ts';
import { type PileLog, silentLog } from '../log.ts';
import { Registry } from '../registry.ts';
import { ykcProtocol } from '../ykc/protocol.ts';
import type { YkcState } from '../ykc/state.ts';
import type { Down, Up, UpName } from '../ykc/step.ts';
import { bytesOf, NOW_MS, PILE, TARIFF } from '../ykc/testing/samples.ts';
import { FakeSite } from './fake-site.ts';

type Room = ConnectionRoom<YkcState, Up, Down>;

/** A socket without a network, with the pile's end in the test's hands. */
export class Line implements Wire {
  readonly address: string;
  readonly connection: Connection<YkcState, Up, Down>;
  readonly writes: Uint8Array[] = [];
  paused = false;
  ended = false;

  constructor(room: Room, address = '10.0.0.7') {
    this.address = address;
    this.connection = new Connection(room, this);
  }

  write(bytes: Uint8Array): void {
    this.writes.push(bytes);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  end(): void {
    this.ended = true;
  }

  /** The pile says something. */
  say<N extends UpName>(name: N, change: Partial<YkcBody<N>> = {}, seq = '0100'): this {
    this.connection.data(bytesOf(name, change, seq));
    return this;
  }

  /** What the pile has heard, since it was last asked. */
  heard(): readonly YkcMessage[] {
    const messages: YkcMessage[] = [];
    const stream = ykcStream();
    for (const bytes of this.writes.splice(0)) {
      stream.push(bytes, 0, (raw) => messages.push(ykc.read(raw)));
    }
    return messages;
  }

  /** Names of what the pile has heard, since it was last asked, but for the clock after a login. */
  names(): readonly string[] {
    return this.heard()
      .map(({ name }) => name)
      .filter((name) => name !== 'timeSync');
  }
}

export interface Logged {
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A front without sockets, in virtual time. */
export class Lines {
  readonly site = new FakeSite(PILE);
  readonly time = virtualTime(NOW_MS);
  readonly registry: Registry;
  readonly capture = new Capture();
  readonly errors: Logged[] = [];
  mayLogIn = true;
  room: Room;

  constructor(limits: Partial<ConnectionLimits> = {}) {
    this.site.tariff = TARIFF;
    this.registry = new Registry(this.site, { pauseAt: 4, resumeAt: 1 });
    const protocol = ykcProtocol();
    const log: PileLog = {
      ...silentLog,
      error: (fields, event) => void this.errors.push({ event, fields }),
    };
    this.room = {
      protocol,
      driver: protocol.driver,
      site: this.site,
      registry: this.registry,
      clock: this.time.clock,
      timers: this.time.timers,
      counts: noFrames(),
      log,
      capture: this.capture,
      limits: { ...CONNECTION_LIMITS, ...limits },
      mayLogIn: () => this.mayLogIn,
    };
  }

  open(address?: string): Line {
    return new Line(this.room, address);
  }

  /** A line on which the sample pile is served. */
  served(address?: string): Line {
    const line = this.open(address).say('login');
    line.heard();
    return line;
  }
}
