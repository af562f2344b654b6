import type { YkcBody } from '@holdfast/protocols/ykc/codec';
import { ykc } from '@holdfast/protocols/ykc/codec';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { LostWhy, Step } from '../../driver.ts';
import { FakeSite } from '../../testing/fake-site.ts';
import { ykcDriver } from '../driver.ts';
import { YKC_SETTINGS, type YkcSettings } from '../settings.ts';
import type { YkcState } from '../state.ts';
import type { Down, Up, UpName, YkcEffect } from '../step.ts';
import { NOW_MS, PILE, said, TARIFF } from './samples.ts';

/** The driver and everything that it has done, without a shell. */
export class Talk {
  readonly site = new FakeSite(PILE);
  readonly driver;
  state: YkcState;
  nowMs = NOW_MS;
  readonly effects: YkcEffect[] = [];

  constructor(settings: Partial<YkcSettings> = {}) {
    this.site.tariff = TARIFF;
    this.driver = ykcDriver({ ...YKC_SETTINGS, ...settings });
    this.state = this.driver.begin(PILE);
  }

  /** A frame of a kind comes in; returns what the driver did. */
  hear<N extends UpName>(
    name: N,
    change: Partial<YkcBody<N>> = {},
    seq = '0100',
  ): readonly YkcEffect[] {
    return this.take(said(name, change, seq));
  }

  take(message: Up): readonly YkcEffect[] {
    return this.#done(this.driver.onFrame(this.state, message, this.#view, ykc.encode(message)));
  }

  told(command: PileCommand): readonly YkcEffect[] {
    return this.#done(this.driver.onCommand(this.state, command, this.#view));
  }

  timer(timer: string): readonly YkcEffect[] {
    return this.#done(this.driver.onTimer(this.state, timer, this.#view));
  }

  closed(why: LostWhy): readonly YkcEffect[] {
    return this.#done(this.driver.onClosed(this.state, why, this.#view));
  }

  unheard(event: PileEvent): readonly YkcEffect[] {
    return this.#done(this.driver.onUnheard(this.state, event, this.#view));
  }

  /** Logs in and forgets how. */
  login(change: Partial<YkcBody<'login'>> = {}): this {
    this.hear('login', change);
    this.effects.length = 0;
    return this;
  }

  get #view() {
    return { site: this.site, nowMs: this.nowMs };
  }

  #done(step: Step<YkcState, Down>): readonly YkcEffect[] {
    this.state = step.state;
    this.effects.push(...step.effects);
    return step.effects;
  }
}

/** Frames among effects. */
export const sentIn = (effects: readonly YkcEffect[]): readonly Down[] =>
  effects.flatMap((effect) => (effect.do === 'send' ? [effect.message] : []));

/** Events among effects. */
export const eventsIn = (effects: readonly YkcEffect[]): readonly PileEvent[] =>
  effects.flatMap((effect) => (effect.do === 'emit' ? [effect.event] : []));

/** The only frame among effects, which must be of a kind. */
export function onlySent(effects: readonly YkcEffect[]): Down {
  const [first, ...others] = sentIn(effects);
  if (first === undefined || others.length > 0) {
    throw new RangeError(`${sentIn(effects).length} frames, not one`);
  }
  return first;
}
