import { describe, expect, test } from 'vitest';
import { measured } from '../sql/testing/events.ts';
import { memoryLiveState } from './live-state.ts';

const presence = (siteId: string, vendor: string, sessionNo: number) => ({
  siteId,
  vendor,
  connected: true,
  sessionNo,
  lastHeardMs: 1,
  hello: null,
  clockOffsetMs: null,
});
const at = (siteId: string, atMs: number, connectorNo = 1) => {
  const { pileNo, measurement } = measured({ connectorNo });
  return { siteId, pileNo, measurement, atMs };
};

describe('live state in memory', () => {
  test('knows each vendor of a site', async () => {
    const live = memoryLiveState();
    await live.setPresence(presence('a', 'ykc', 1));
    await live.setPresence(presence('a', 'jfy', 5));
    await live.setPresence(presence('a', 'ykc', 2));
    expect((await live.presence('a')).map((p) => [p.vendor, p.sessionNo])).toEqual([
      ['ykc', 2],
      ['jfy', 5],
    ]);
    expect(await live.presence('b')).toEqual([]);
  });

  test('keeps the newest report of a connector, whatever the order of arrival', async () => {
    const live = memoryLiveState();
    await live.setMeasurement(at('a', 5));
    await live.setMeasurement(at('a', 3));
    await live.setMeasurement(at('b', 1));
    expect((await live.measurements('a')).map(({ atMs }) => atMs)).toEqual([5]);
    expect(await live.measurements()).toHaveLength(2);
  });

  test('has bounded room: the one not heard of for longest goes', async () => {
    const live = memoryLiveState({ connectors: 2 });
    await live.setMeasurement(at('a', 1, 1));
    await live.setMeasurement(at('a', 2, 2));
    await live.setMeasurement(at('a', 3, 1));
    await live.setMeasurement(at('a', 4, 3));
    const left = (await live.measurements()).map(({ measurement }) => measurement.connectorNo);
    expect(left).toEqual([1, 3]);
  });
});
