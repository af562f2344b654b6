import type { ChargeRecord } from '@holdfast/shared/order/record';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { remoteTokenOf } from '../ocpp/remote-token.ts';
import type { OcppEffect } from '../ocpp/steps.ts';
import { answersIn, callsIn, eventsIn, ofType } from '../ocpp/testing/effects.ts';
import {
  at,
  BOOT,
  CARD,
  ENDED,
  event,
  KEY,
  meter,
  NOW_MS,
  ORDER,
  type Payload,
  STARTED,
  Talk,
  UPDATED,
} from './testing/talk.ts';

const hear = (talk: Talk, payload: Payload) => talk.hear('TransactionEvent', payload);
const recordsIn = (effects: readonly OcppEffect[]) =>
  ofType(effects, 'RecordUploaded').map(({ record }) => record);
const typesIn = (effects: readonly OcppEffect[]) => eventsIn(effects).map(({ type }) => type);

/** Minutes of a charge: 9 Wh each, and its end at the tenth. */
const CHARGE: readonly Payload[] = [
  STARTED,
  ...Array.from({ length: 9 }, (_, n) =>
    event('Updated', n + 1, (n + 1) * 60, {
      transactionInfo: { transactionId: KEY, chargingState: 'Charging' },
      meterValue: [meter((n + 1) * 60, 27_010_000 + (n + 1) * 150)],
      // Somebody else of the family shows a card in mid-charge.
      ...(n === 4 ? { triggerReason: 'Authorized', idToken: { ...CARD, idToken: 'CARD-2' } } : {}),
    }),
  ),
  event('Ended', 10, 600, {
    triggerReason: 'EVDeparted',
    transactionInfo: { transactionId: KEY, stoppedReason: 'EVDisconnected' },
    meterValue: [meter(600, 27_011_500, 'Transaction.End')],
  }),
];

/** Tells all of it, the site storing what it hears; the newest record. */
function recordAfter(events: readonly Payload[]): Omit<ChargeRecord, 'receivedAtMs'> | undefined {
  const talk = new Talk().boot();
  talk.nowMs = NOW_MS + 700_000;
  for (const payload of events) {
    const effects = hear(talk, payload);
    if (typesIn(effects).includes('ChargeBegan')) talk.store(effects);
    if (typesIn(effects).includes('RecordUploaded')) {
      const [upload] = ofType(effects, 'RecordUploaded');
      talk.told({ do: 'recordStored', tradeNo: ORDER, request: upload?.request ?? '' });
    }
  }
  const records = recordsIn(talk.effects);
  const last = records.at(-1);
  if (last === undefined) return undefined;
  const { receivedAtMs: _when, ...record } = last;
  return record;
}

describe('[OCPP-C13] a transaction is gathered from its events in whatever order they come', () => {
  test('its record is the same however they are mixed and repeated', () => {
    const straight = recordAfter(CHARGE);
    expect(straight).toMatchObject({
      tradeNo: ORDER,
      totalEnergy: 15_000n,
      cardNo: 'CARD-1',
      stopClass: 'normal',
    });
    const order = fc.shuffledSubarray([...CHARGE.keys(), ...CHARGE.keys()], {
      minLength: CHARGE.length * 2,
    });
    fc.assert(
      fc.property(order, (places) => {
        const mixed = places.flatMap((place) => CHARGE.slice(place, place + 1));
        const { tradeNo, ...record } = recordAfter(mixed) ?? { tradeNo: '' };
        const { tradeNo: _same, ...wanted } = straight ?? { tradeNo: '' };
        expect(record).toEqual(wanted);
        expect([ORDER, '']).toContain(tradeNo);
      }),
      { numRuns: 60, seed: 11 },
    );
  });

  test('an end without a beginning begins first, and is answered when it is on disk', () => {
    const talk = new Talk().boot();
    talk.nowMs = NOW_MS + 600_000;
    const ended = hear(talk, {
      ...ENDED,
      idToken: CARD,
      triggerReason: 'EVDeparted',
      meterValue: [meter(0, 27_010_000, 'Transaction.Begin'), meter(600, 27_015_400)],
    });
    expect(typesIn(ended).slice(-3)).toEqual(['ChargeBegan', 'RecordUploaded', 'Measured']);
    expect(ofType(ended, 'ChargeBegan')).toMatchObject([
      { charge: { key: KEY, meterStart: 270_100_000n }, startedAtMs: NOW_MS },
    ]);
    expect(ofType(ended, 'RecordUploaded')).toMatchObject([
      { charge: { by: 'key', key: KEY }, record: { tradeNo: '', totalEnergy: 54_000n } },
    ]);
    expect(answersIn(talk.store(ended))).toEqual([]);
    expect(answersIn(talk.settle(ended))).toEqual([{ idTokenInfo: { status: 'Accepted' } }]);
  });

  test('one in the middle of a charge that nobody knows begins it', () => {
    const talk = new Talk().boot();
    talk.nowMs = NOW_MS + 60_000;
    const updated = hear(talk, UPDATED);
    expect(ofType(updated, 'ChargeBegan')).toMatchObject([{ identity: null }]);
    expect(answersIn(updated)).toEqual([]);
    expect(answersIn(talk.store(updated))).toEqual([{}]);
    const started = hear(talk, STARTED);
    expect(ofType(started, 'ChargeBegan')).toMatchObject([
      { startedAtMs: NOW_MS, identity: { token: 'CARD-1' } },
    ]);
    expect(answersIn(talk.store(started))).toEqual([{ idTokenInfo: { status: 'Accepted' } }]);
  });

  test('numbers that are missing are told, and the station is asked for the rest', () => {
    const talk = new Talk().boot();
    talk.charge();
    talk.nowMs = NOW_MS + 600_000;
    const ended = hear(talk, { ...ENDED, seqNo: 4 });
    expect(ofType(ended, 'Deviated')).toMatchObject([
      { rule: 'OCPP-C13', seen: 'without 1, 2, 3', repair: 'asked for' },
    ]);
    expect(callsIn(ended)).toMatchObject([
      { action: 'GetTransactionStatus', payload: { transactionId: KEY }, tag: `queue:${KEY}` },
    ]);
    talk.settle(ended);
    expect(eventsIn(talk.reply(`queue:${KEY}`, { messagesInQueue: true }))).toEqual([]);
    // One comes late, and makes the record anew.
    const late = hear(talk, UPDATED);
    expect(recordsIn(late)).toMatchObject([{ totalEnergy: 54_000n }]);
    expect(answersIn(late)).toEqual([]);
    expect(eventsIn(talk.reply(`queue:${KEY}`, { messagesInQueue: false }))).toMatchObject([
      { name: 'transactionGaps', body: { transactionId: KEY, missing: [2, 3] } },
    ]);
  });

  test('[OCPP-C17] an end that is sent again makes the same record', () => {
    const talk = new Talk().boot();
    talk.charge();
    const first = hear(talk, ENDED);
    talk.settle(first);
    const second = hear(talk, ENDED);
    expect(recordsIn(second)).toEqual(recordsIn(first));
    expect(answersIn(talk.settle(second))).toEqual([{}]);
  });

  test('a charge goes on over lines and restarts', () => {
    const talk = new Talk().boot();
    talk.charge();
    hear(talk, UPDATED);
    talk.closed();
    talk.restart();
    talk.nowMs = NOW_MS + 600_000;
    talk.open();
    const ended = hear(talk, ENDED);
    expect(typesIn(ended)).not.toContain('ChargeBegan');
    expect(recordsIn(ended)).toMatchObject([
      { tradeNo: ORDER, totalEnergy: 54_000n, startedAtMs: NOW_MS, meterStart: 270_100_000n },
    ]);
  });

  test('one without a name is that of its connector', () => {
    const talk = new Talk().boot();
    talk.charge();
    talk.nowMs = NOW_MS + 600_000;
    const nameless = hear(talk, {
      ...ENDED,
      seqNo: 1,
      transactionInfo: { stoppedReason: 'Local' },
    });
    expect(recordsIn(nameless)).toMatchObject([{ tradeNo: ORDER, totalEnergy: 54_000n }]);
    expect(ofType(nameless, 'Deviated')).toMatchObject([{ rule: 'OCPP-C13' }]);
  });
});

describe('a car that is plugged in before anybody pays (E02)', () => {
  const PLUGGED = event('Started', 0, 0, {
    triggerReason: 'CablePluggedIn',
    transactionInfo: { transactionId: KEY, chargingState: 'EVConnected' },
    meterValue: [meter(0, 27_010_000, 'Transaction.Begin')],
  });
  const AUTHORISED = event('Updated', 1, 30, {
    triggerReason: 'Authorized',
    transactionInfo: { transactionId: KEY, chargingState: 'EVConnected' },
    idToken: CARD,
  });

  test('is no order yet, and one from its card on', () => {
    const talk = new Talk().boot();
    const plugged = hear(talk, PLUGGED);
    expect(typesIn(plugged)).not.toContain('ChargeBegan');
    expect(answersIn(plugged)).toEqual([{}]);
    talk.restart();
    talk.open();
    const paid = hear(talk, AUTHORISED);
    expect(ofType(paid, 'ChargeBegan')).toMatchObject([
      {
        startedAtMs: NOW_MS,
        charge: { key: KEY, meterStart: 270_100_000n },
        identity: { token: 'CARD-1' },
      },
    ]);
    expect(answersIn(talk.store(paid))).toEqual([{ idTokenInfo: { status: 'Accepted' } }]);
    expect(ofType(paid, 'Noted')).toMatchObject([{ key: 'pending', value: {} }]);
  });

  test('is an order of ours when it is started from afar', () => {
    const talk = new Talk().boot();
    hear(talk, PLUGGED);
    talk.ordered();
    const idToken = { idToken: remoteTokenOf(ORDER), type: 'Central' };
    const started = hear(talk, { ...AUTHORISED, triggerReason: 'RemoteStart', idToken });
    expect(ofType(started, 'ChargeBegan')).toMatchObject([{ tradeNo: ORDER }]);
  });

  test('is nothing when it is unplugged again', () => {
    const talk = new Talk().boot();
    hear(talk, PLUGGED);
    const gone = hear(talk, { ...ENDED, meterValue: [meter(600, 27_010_000)] });
    expect(answersIn(gone)).toEqual([{}]);
    expect(typesIn(gone)).not.toContain('RecordUploaded');
    expect(talk.state.memory.pending).toEqual({});
  });

  test('is an order of nobody when it takes energy all the same', () => {
    const talk = new Talk().boot();
    hear(talk, PLUGGED);
    const taking = hear(talk, { ...UPDATED, meterValue: [meter(60, 27_010_400)] });
    expect(ofType(taking, 'ChargeBegan')).toMatchObject([{ identity: null, tradeNo: null }]);
  });
});

describe('a card before the car, and no EVSE yet (E03)', () => {
  const twoEvses = (): Talk => {
    const talk = new Talk().boot();
    for (const evseId of [1, 2]) {
      const connectorStatus = 'Available';
      talk.hear('StatusNotification', {
        timestamp: at(0),
        connectorStatus,
        evseId,
        connectorId: 1,
      });
    }
    return talk;
  };
  const OTHER = 'tx-other';
  const other = (
    eventType: 'Started' | 'Updated' | 'Ended',
    seqNo: number,
    change: Payload,
    info: Payload = {},
  ): Payload => {
    const { evse: _none, ...bare } = event(eventType, seqNo, seqNo * 10, change);
    return { ...bare, transactionInfo: { transactionId: OTHER, ...info } };
  };
  const SHOWN = other('Started', 0, { triggerReason: 'Authorized', idToken: CARD });
  const checked = (talk: Talk, effects: readonly OcppEffect[], refusal: 'card-expired' | null) => {
    const [{ request } = { request: '' }] = ofType(effects, 'CardChecked');
    return answersIn(
      talk.told({ do: 'answerCard', request, refusal, group: null, expiresAtMs: null }),
    );
  };

  test('is asked about, and an order where the car comes; nobody else’s charge ends', () => {
    const talk = twoEvses();
    talk.charge();
    const shown = hear(talk, SHOWN);
    expect(typesIn(shown)).not.toContain('ChargeBegan');
    expect(checked(talk, shown, null)).toEqual([{ idTokenInfo: { status: 'Accepted' } }]);
    talk.restart();
    talk.open();
    const plugged = hear(talk, {
      ...other('Updated', 1, { triggerReason: 'CablePluggedIn' }),
      evse: { id: 2, connectorId: 1 },
    });
    expect(ofType(plugged, 'ChargeBegan')).toMatchObject([
      { connectorNo: 2, charge: { key: OTHER }, identity: { token: 'CARD-1' } },
    ]);
    expect(answersIn(talk.store(plugged, ORDER, 1_002))).toEqual([{}]);
  });

  test('is nothing when no car comes (E03.FR.05), and refused where it is', () => {
    const talk = twoEvses();
    expect(checked(talk, hear(talk, SHOWN), 'card-expired')).toEqual([
      { idTokenInfo: { status: 'Expired' } },
    ]);
    const over = hear(talk, other('Ended', 1, { triggerReason: 'EVConnectTimeout' }));
    expect(answersIn(over)).toEqual([{}]);
    expect(typesIn(over)).toEqual(['Noted']);
    expect(talk.state.memory.pending).toEqual({});
  });

  test('of an order of ours is at the connector of the order', () => {
    const talk = twoEvses();
    talk.ordered(ORDER, 2);
    const started = hear(talk, {
      ...SHOWN,
      idToken: { idToken: remoteTokenOf(ORDER), type: 'Central' },
    });
    expect(ofType(started, 'ChargeBegan')).toMatchObject([{ connectorNo: 2, tradeNo: ORDER }]);
  });

  test('that takes energy and never says where is not where another one is', () => {
    const talk = twoEvses();
    talk.charge();
    hear(talk, SHOWN);
    const taking = hear(talk, other('Updated', 1, {}, { chargingState: 'Charging' }));
    expect(ofType(taking, 'ChargeBegan')).toMatchObject([{ connectorNo: 2 }]);
  });

  test('[OCPP-C7] a payer who is refused when the car comes is told so, though no card is shown', () => {
    const talk = twoEvses();
    hear(talk, SHOWN);
    const plugged = hear(talk, { ...other('Updated', 1, {}), evse: { id: 1, connectorId: 1 } });
    const [{ request, charge } = { request: '', charge: { key: '', meterStart: null } }] = ofType(
      plugged,
      'ChargeBegan',
    );
    const stored = { do: 'chargeStored', connectorNo: 1, request, tradeNo: ORDER } as const;
    const refusal = 'card-has-open-order';
    expect(
      answersIn(talk.told({ ...stored, charge: { ...charge, no: 1_001 }, refusal, group: null })),
    ).toEqual([{ idTokenInfo: { status: 'ConcurrentTx' } }]);
  });
});

describe('tokens within a charge', () => {
  test('the same one again is answered at once, another is asked about', () => {
    const talk = new Talk().boot();
    talk.charge();
    const same = hear(talk, { ...UPDATED, idToken: { idToken: 'card-1', type: 'ISO14443' } });
    expect(answersIn(same)).toMatchObject([{ idTokenInfo: { status: 'Accepted' } }]);
    const other = hear(talk, { ...UPDATED, seqNo: 2, idToken: { ...CARD, idToken: 'CARD-2' } });
    expect(answersIn(other)).toEqual([]);
    const [asked] = ofType(other, 'CardChecked');
    const request = asked?.request ?? '';
    const refused = { do: 'answerCard', request, group: null, expiresAtMs: null } as const;
    expect(answersIn(talk.told({ ...refused, refusal: 'account-frozen' }))).toEqual([
      { idTokenInfo: { status: 'Blocked' } },
    ]);
  });

  test('nothing is said of one before the site has decided', () => {
    const talk = new Talk().boot();
    const began = hear(talk, STARTED);
    const next = hear(talk, { ...UPDATED, idToken: CARD });
    expect(answersIn(next)).toEqual([]);
    expect(ofType(next, 'ChargeBegan')).toMatchObject([{ charge: { key: KEY } }]);
    expect(answersIn(talk.store(began))).toEqual([{ idTokenInfo: { status: 'Accepted' } }]);
    expect(answersIn(talk.store(next))).toEqual([{ idTokenInfo: { status: 'Accepted' } }]);
  });

  test('the one that stops is not the one that pays, and is asked about itself (C07, C10)', () => {
    const talk = new Talk().boot();
    talk.charge();
    const ended = hear(talk, { ...ENDED, idToken: { ...CARD, idToken: 'CARD-9' } });
    expect(recordsIn(ended)).toMatchObject([{ cardNo: 'CARD-1' }]);
    const [{ endedBy, request = '' } = {}] = ofType(ended, 'RecordUploaded');
    expect(endedBy).toMatchObject({ by: 'token', token: 'CARD-9' });
    // A station keeps in its cache what it is told of a card.
    const card = { refusal: 'account-frozen', group: null, expiresAtMs: null } as const;
    const stored = { do: 'recordStored', tradeNo: ORDER, request } as const;
    expect(answersIn(talk.told({ ...stored, card }))).toEqual([
      { idTokenInfo: { status: 'Blocked' } },
    ]);
    const again = hear(talk, { ...ENDED, seqNo: 3, idToken: { ...CARD, idToken: 'CARD-9' } });
    expect(answersIn(talk.settle(again))).toEqual([{ idTokenInfo: { status: 'Unknown' } }]);
  });

  test('a card that is shown in a charge of nobody is asked about', () => {
    const talk = new Talk().boot();
    talk.store(hear(talk, { ...STARTED, idToken: { idToken: '', type: 'NoAuthorization' } }));
    const shown = hear(talk, { ...UPDATED, idToken: CARD });
    expect(answersIn(shown)).toEqual([]);
    expect(ofType(shown, 'CardChecked')).toMatchObject([{ identity: { token: 'CARD-1' } }]);
  });

  test('the token of an order is known in its charge, also after a restart', () => {
    const talk = new Talk().boot();
    const idToken = { idToken: remoteTokenOf(ORDER), type: 'Central' };
    talk.ordered();
    talk.charge({ idToken });
    talk.restart();
    talk.open();
    expect(answersIn(hear(talk, { ...UPDATED, idToken }))).toMatchObject([
      { idTokenInfo: { status: 'Accepted' } },
    ]);
    expect(answersIn(talk.settle(hear(talk, { ...ENDED, idToken })))).toMatchObject([
      { idTokenInfo: { status: 'Accepted' } },
    ]);
  });

  test('until when a card holds is told with its charge', () => {
    const talk = new Talk().boot();
    const began = hear(talk, STARTED);
    const [{ request, charge } = { request: '', charge: { key: '', meterStart: null } }] = ofType(
      began,
      'ChargeBegan',
    );
    const told = talk.told({
      do: 'chargeStored',
      connectorNo: 1,
      request,
      tradeNo: ORDER,
      charge: { ...charge, no: 1_001 },
      refusal: null,
      group: 'FAMILY',
      expiresAtMs: NOW_MS + 3_600_000,
    });
    const groupIdToken = { idToken: 'FAMILY', type: 'Central' };
    expect(answersIn(told)).toEqual([
      { idTokenInfo: { status: 'Accepted', groupIdToken, cacheExpiryDateTime: at(3_600) } },
    ]);
  });

  test('[OCPP-C7] [OCPP-C9] [OCPP-C10] a refused payer is told so, and its charge is on record', () => {
    const talk = new Talk().boot();
    const began = hear(talk, STARTED);
    const [{ request, charge } = { request: '', charge: { key: '', meterStart: null } }] = ofType(
      began,
      'ChargeBegan',
    );
    const told = talk.told({
      do: 'chargeStored',
      connectorNo: 1,
      request,
      tradeNo: ORDER,
      charge: { ...charge, no: 1_001 },
      refusal: 'balance-low',
      group: null,
    });
    expect(answersIn(told)).toEqual([{ idTokenInfo: { status: 'NoCredit' } }]);
    expect(callsIn(talk.told({ do: 'stop', connectorNo: 1 }))).toMatchObject([
      { action: 'RequestStopTransaction', payload: { transactionId: KEY } },
    ]);
    expect(recordsIn(hear(talk, ENDED))).toMatchObject([{ tradeNo: ORDER }]);
  });

  test('[OCPP-C9] a button is nobody’s card: the site decides, and the answer speaks of it', () => {
    const talk = new Talk().boot();
    const pressed = hear(talk, { ...STARTED, idToken: { idToken: '', type: 'NoAuthorization' } });
    expect(ofType(pressed, 'ChargeBegan')).toMatchObject([{ identity: null }]);
    expect(answersIn(talk.store(pressed))).toEqual([{ idTokenInfo: { status: 'Accepted' } }]);
    const ended = hear(talk, ENDED);
    expect(recordsIn(ended)).toMatchObject([{ cardNo: null, startMethod: 'unknown' }]);
  });
});

describe('what is told late (E, offline)', () => {
  const LATE_MS = NOW_MS + 3 * 3_600_000;

  test('[OCPP-C6] a whole charge of an outage is an order, and asks nothing of the station', () => {
    const talk = new Talk().boot();
    talk.nowMs = LATE_MS;
    const began = hear(talk, { ...STARTED, offline: true });
    expect(ofType(began, 'ChargeBegan')).toMatchObject([{ late: true, startedAtMs: NOW_MS }]);
    talk.store(began);
    const updated = hear(talk, { ...UPDATED, offline: true });
    expect(ofType(updated, 'ChargeReadings')).toEqual([
      {
        type: 'ChargeReadings',
        tradeNo: ORDER,
        readings: [{ atMs: NOW_MS + 60_000, energy: 4_000n }],
      },
    ]);
    const ended = hear(talk, { ...ENDED, offline: true });
    expect(recordsIn(ended)).toMatchObject([
      { totalEnergy: 54_000n, endedAtMs: NOW_MS + 600_000, readings: { length: 3 } },
    ]);
    talk.settle(ended);
    expect(ofType(talk.effects, 'Measured')).toEqual([]);
    expect(callsIn(talk.effects)).toEqual([]);
  });

  test('[OCPP-C5] old states of a connector set nothing off, and the newest is shown at last', () => {
    const talk = new Talk().boot();
    talk.nowMs = LATE_MS;
    const say = (connectorStatus: string, seconds: number) =>
      talk.hear('StatusNotification', {
        timestamp: at(seconds),
        connectorStatus,
        evseId: 1,
        connectorId: 1,
      });
    expect(ofType(say('Occupied', 10), 'Measured')).toEqual([]);
    expect(ofType(say('Faulted', 5), 'Measured')).toEqual([]);
    expect(ofType(say('Available', 700), 'ConnectorHealth')).toEqual([]);
    expect(ofType(talk.timer('show:1'), 'Measured')).toMatchObject([
      { measurement: { status: 'idle', plugged: false } },
    ]);
  });

  test('the marks of a station count, however young its message', () => {
    const talk = new Talk().boot();
    const began = hear(talk, { ...STARTED, offline: true });
    expect(ofType(began, 'ChargeBegan')).toMatchObject([{ late: true }]);
    expect(ofType(talk.store(began), 'Measured')).toEqual([]);
  });
});

describe('[OCPP-C11] a charge that its station forgets', () => {
  test('is asked for after a boot, and over when it neither runs nor waits', () => {
    const talk = new Talk().boot();
    talk.charge();
    talk.hear('BootNotification', BOOT);
    expect(callsIn(talk.timer('welcome'))).toContainEqual(
      expect.objectContaining({ action: 'GetTransactionStatus', tag: `queue:${KEY}` }),
    );
    const answered = talk.reply(`queue:${KEY}`, {
      ongoingIndicator: false,
      messagesInQueue: false,
    });
    expect(answered).toEqual([{ do: 'arm', timer: `vanish:${KEY}`, ms: 600_000 }]);
    expect(ofType(talk.timer(`vanish:${KEY}`), 'Measured')).toMatchObject([
      { measurement: { status: 'idle', tradeNo: null } },
      { measurement: { status: 'idle', tradeNo: null } },
    ]);
    // It comes after all.
    expect(recordsIn(hear(talk, ENDED))).toMatchObject([{ tradeNo: ORDER, totalEnergy: 54_000n }]);
  });

  test('goes on where it goes on', () => {
    const talk = new Talk().boot();
    talk.charge();
    const running = { ongoingIndicator: true, messagesInQueue: false };
    expect(talk.reply(`queue:${KEY}`, running)).toEqual([]);
  });

  test('is watched when its connector is free, and only by newer news than its own', () => {
    const talk = new Talk().boot();
    const say = (connectorStatus: string, seconds: number) =>
      talk.hear('StatusNotification', {
        timestamp: at(seconds),
        connectorStatus,
        evseId: 1,
        connectorId: 1,
      });
    say('Available', -5);
    expect(ofType(talk.charge(), 'Measured')).toMatchObject([
      { measurement: { status: 'charging', tradeNo: ORDER } },
    ]);
    talk.nowMs = NOW_MS + 30_000;
    expect(say('Available', 30)).toContainEqual({ do: 'arm', timer: 'gone:1', ms: 600_000 });
    expect(ofType(talk.timer('gone:1'), 'Measured')).toHaveLength(2);
  });
});

test('[OCPP-C14] a meter that is reset in mid-charge, and one that falls, never bill below zero', () => {
  const energyOf = (...registers: readonly number[]) =>
    recordAfter([
      { ...STARTED, meterValue: [meter(0, 5_000)] },
      ...registers.map((wh, n) =>
        event(n === registers.length - 1 ? 'Ended' : 'Updated', n + 1, (n + 1) * 60, {
          meterValue: [meter((n + 1) * 60, wh)],
        }),
      ),
    ])?.totalEnergy;
  expect(energyOf(5_500, 6_000)).toBe(10_000n);
  expect(energyOf(5_500, 100, 300)).toBe(8_000n);
  expect(energyOf(4_000)).toBe(0n);
});

test('[OCPP-C14] what a reset took is not forgotten by a restart', () => {
  const talk = new Talk().boot();
  talk.charge({ meterValue: [meter(0, 5_000)] });
  const read = (n: number, wh: number) => {
    talk.nowMs = NOW_MS + n * 60_000;
    return hear(talk, event('Updated', n, n * 60, { meterValue: [meter(n * 60, wh)] }));
  };
  read(1, 5_500);
  read(2, 100);
  expect(ofType(read(3, 300), 'Noted')).toMatchObject([
    { key: 'meters', value: { [KEY]: { register: '0.3000', energy: '0.8000' } } },
  ]);
  talk.closed();
  talk.restart();
  talk.open();
  talk.nowMs = NOW_MS + 600_000;
  const ended = hear(talk, { ...ENDED, seqNo: 4, meterValue: [meter(600, 1_000)] });
  expect(recordsIn(ended)).toMatchObject([
    {
      totalEnergy: 15_000n,
      meterStart: 50_000n,
      readings: [
        { atMs: NOW_MS, energy: 0n },
        { atMs: NOW_MS + 180_000, energy: 8_000n },
        { atMs: NOW_MS + 600_000, energy: 15_000n },
      ],
    },
  ]);
});

test('what a station of 2.1 works out itself is kept (I)', () => {
  const talk = new Talk({}, '2.1').boot();
  talk.charge();
  const costDetails = { totalCost: { currency: 'CNY', typeOfCost: 'NormalCost', total: {} } };
  const ended = hear(talk, { ...ENDED, costDetails });
  expect(ofType(ended, 'Observed')).toMatchObject([
    { name: 'costDetails', body: { transactionId: KEY, costDetails } },
  ]);
});

test('[OCPP-C15] a clock that never was set counts from now', () => {
  const talk = new Talk().boot();
  const timestamp = '1970-01-01T00:10:00Z';
  const began = hear(talk, { ...STARTED, timestamp, meterValue: [] });
  expect(ofType(began, 'ChargeBegan')).toMatchObject([{ startedAtMs: NOW_MS, late: false }]);
  expect(ofType(began, 'Deviated')).toMatchObject([{ rule: 'OCPP-C15', repair: 'unset' }]);
});

test('[OCPP-C1] an end is uploaded and answered, of whatever charge, with whatever in it', () => {
  const { meterValue: _none, ...bare } = ENDED;
  const odd = [
    { ...bare, transactionInfo: { transactionId: 'nobody-knows' } },
    { ...ENDED, transactionInfo: { transactionId: 'below' }, meterValue: [meter(600, -5)] },
    { ...ENDED, transactionInfo: {} },
    { eventType: 'Ended' },
  ];
  for (const payload of odd) {
    const talk = new Talk().boot();
    const ended = hear(talk, payload);
    expect(recordsIn(ended)).toHaveLength(1);
    expect(recordsIn(ended)[0]?.totalEnergy).toBeGreaterThanOrEqual(0n);
    expect(answersIn(talk.settle(ended))).toHaveLength(1);
  }
});

test('[OCPP-C14] tenths of a watt-hour are counted as they stand, from the first reading on', () => {
  const talk = new Talk().boot();
  const began = hear(talk, { ...STARTED, meterValue: [meter(0, 1_000.3)] });
  expect(ofType(began, 'ChargeBegan')).toMatchObject([{ charge: { meterStart: 10_003n } }]);
  talk.store(began);
  const ended = hear(talk, { ...ENDED, meterValue: [meter(600, 3_000.7)] });
  expect(recordsIn(ended)).toMatchObject([{ totalEnergy: 20_004n, meterStart: 10_003n }]);
});

test('[OCPP-E10] what is said in an update and again in the end counts once', () => {
  const talk = new Talk().boot();
  talk.charge();
  hear(talk, UPDATED);
  const again = [meter(60, 27_010_400), meter(60, 27_010_400), meter(600, 27_015_400)];
  const ended = hear(talk, { ...ENDED, meterValue: again });
  expect(recordsIn(ended)).toMatchObject([{ totalEnergy: 54_000n, readings: { length: 3 } }]);
});

test('[OCPP-E5] without a charge there is no power, whatever was last measured', () => {
  const talk = new Talk().boot();
  const sampledValue = [
    { value: 7_000, measurand: 'Power.Active.Import' },
    { value: 30, measurand: 'Current.Import' },
    { value: 230, measurand: 'Voltage' },
  ];
  const meterValue = [{ timestamp: at(0), sampledValue }];
  const idle = talk.hear('MeterValues', { evseId: 1, meterValue });
  expect(ofType(idle, 'Measured')).toMatchObject([
    { measurement: { tradeNo: null, voltageMv: 0, currentMa: 0 } },
  ]);
  talk.charge();
  talk.nowMs += 5_000;
  const running = talk.hear('MeterValues', { evseId: 1, meterValue });
  expect(ofType(running, 'Measured')[0]?.measurement.currentMa).toBeGreaterThan(0);
});

test('[OCPP-C16] odd times are read and told', () => {
  const talk = new Talk().boot();
  const began = hear(talk, { ...STARTED, timestamp: '2025-11-22 18:00:00', meterValue: [] });
  expect(ofType(began, 'ChargeBegan')).toMatchObject([{ startedAtMs: NOW_MS }]);
  expect(ofType(began, 'Deviated')).toMatchObject([{ rule: 'OCPP-C16' }]);
});

test('[OCPP-E6] [OCPP-E12] numbers as text are read, signed values go on word for word', () => {
  const talk = new Talk().boot();
  const signedMeterValue = {
    signedMeterData: 'T0NNRnx7fQ==',
    signingMethod: '',
    encodingMethod: 'OCMF',
    publicKey: '',
  };
  const sampledValue = [{ value: '27010000.0', signedMeterValue }];
  const began = hear(talk, { ...STARTED, meterValue: [{ timestamp: at(0), sampledValue }] });
  expect(ofType(began, 'ChargeBegan')).toMatchObject([{ charge: { meterStart: 270_100_000n } }]);
  expect(ofType(began, 'Deviated')).toMatchObject([{ rule: 'OCPP-E6' }]);
  expect(ofType(began, 'MeterSigned')).toEqual([]);
  talk.store(began);
  const more = { ...UPDATED, meterValue: [{ timestamp: at(60), sampledValue }] };
  const [signed] = ofType(hear(talk, more), 'MeterSigned');
  expect(signed).toMatchObject({ charge: { by: 'key', key: KEY }, frameType: 'TransactionEvent' });
  expect(Buffer.from(signed?.rawHex ?? '', 'hex').toString()).toContain('T0NNRnx7fQ==');
});
