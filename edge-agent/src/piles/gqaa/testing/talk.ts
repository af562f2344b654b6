import { encode, type GqaaBody, read } from '@holdfast/protocols/gqaa/codec';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { LostWhy, Step } from '../../driver.ts';
import { FakeSite } from '../../testing/fake-site.ts';
import { gqaaDriver } from '../driver.ts';
import { GQAA_SETTINGS, type GqaaSettings } from '../settings.ts';
import type { GqaaState } from '../state.ts';
import type { Down, GqaaEffect, Up, UpName } from '../step.ts';
import { NOW_MS, PILE, said, TARIFF } from './samples.ts';

/** The driver and everything that it has done, without a shell. */
export class Talk {
  readonly site = new FakeSite(PILE);
  readonly driver;
  state: GqaaState;
  nowMs = NOW_MS;

  constructor(settings: Partial<GqaaSettings> = {}) {
    this.site.tariff = TARIFF;
    this.driver = gqaaDriver({ ...GQAA_SETTINGS, ...settings });
    this.state = this.driver.begin(PILE);
  }

  /** A frame of a kind comes in; returns what the driver did. */
  hear<N extends UpName>(
    name: N,
    change: Partial<GqaaBody<N>> = {},
    seq = '0100',
  ): readonly GqaaEffect[] {
    return this.take(said(name, change, seq));
  }

  take(message: Up['message']): readonly GqaaEffect[] {
    const plain = encode(message);
    const up = { message, plain };
    return this.#done(this.driver.onFrame(this.state, up, this.#view, plain));
  }

  /** The pile's answer to the newest command of ours. */
  answer<N extends UpName>(name: N, change: Partial<GqaaBody<N>> = {}): readonly GqaaEffect[] {
    const seq = this.state.due.at(-1)?.message.seq ?? 'FFFF';
    return this.hear(name, change, seq);
  }

  told(command: PileCommand): readonly GqaaEffect[] {
    return this.#done(this.driver.onCommand(this.state, command, this.#view));
  }

  timer(timer: string): readonly GqaaEffect[] {
    return this.#done(this.driver.onTimer(this.state, timer, this.#view));
  }

  closed(why: LostWhy): readonly GqaaEffect[] {
    return this.#done(this.driver.onClosed(this.state, why, this.#view));
  }

  unheard(event: PileEvent): readonly GqaaEffect[] {
    return this.#done(this.driver.onUnheard(this.state, event, this.#view));
  }

  /** Logs in. */
  login(change: Partial<GqaaBody<'login'>> = {}): this {
    this.hear('login', change);
    return this;
  }

  get #view() {
    return { site: this.site, nowMs: this.nowMs };
  }

  #done(step: Step<GqaaState, Down>): readonly GqaaEffect[] {
    this.state = step.state;
    return step.effects;
  }
}

/** Frames among effects, as a pile would read them. */
export const sentIn = (effects: readonly GqaaEffect[]): readonly Down[] =>
  effects.flatMap((effect) => (effect.do === 'send' ? [read(encode(effect.message)) as Down] : []));

/** Events among effects. */
export const eventsIn = (effects: readonly GqaaEffect[]): readonly PileEvent[] =>
  effects.flatMap((effect) => (effect.do === 'emit' ? [effect.event] : []));

/** The only frame among effects. */
export function onlySent(effects: readonly GqaaEffect[]): Down {
  const [first, ...others] = sentIn(effects);
  if (first === undefined || others.length > 0) {
    throw new RangeError(`${sentIn(effects).length} frames, not one`);
  }
  return first;
}
