import { describe, expect, test } from 'vitest';
import { negotiate } from './version.ts';

describe('negotiation', () => {
  test.each([undefined, '', 'foo', 'OCPP1.6', 'ocpp1.6j', 'ocpp1.5, ocpp1.2', 'ocpp2.0', ' , ,'])(
    '[OCPP-A1] "%s" names no version of ours: the handshake goes without the header, then ends',
    (header) => {
      expect(negotiate(header)).toMatchObject({ is: 'none' });
    },
  );

  test('[OCPP-A1] what was offered in vain is known, for the log', () => {
    expect(negotiate('ocpp1.5,  foo')).toEqual({ is: 'none', offered: ['ocpp1.5', 'foo'] });
  });

  test('[OCPP-A1] only a station that is set so goes on without an offer', () => {
    expect(negotiate(undefined, { assume: '1.6' })).toEqual({ is: 'assumed', version: '1.6' });
    expect(negotiate('ocpp2.0.1', { assume: '1.6' })).toMatchObject({ version: '2.0.1' });
  });

  test.each([
    ['ocpp1.6', 'ocpp1.6'],
    ['ocpp1.6,ocpp1.5', 'ocpp1.6'],
    ['ocpp1.6 ,  ocpp2.0.1', 'ocpp2.0.1'],
    ['ocpp1.6, ocpp2.1, ocpp2.0.1', 'ocpp2.1'],
    ['ocpp2.0.1,ocpp2.1', 'ocpp2.1'],
  ])(
    '[OCPP-A2] of "%s" our preference takes %s, whatever the order and the URL',
    (header, name) => {
      expect(negotiate(header)).toMatchObject({ is: 'agreed', subprotocol: name });
    },
  );

  test('[OCPP-A2] a cap keeps a station at the version that it does well', () => {
    const all = 'ocpp2.1, ocpp2.0.1, ocpp1.6';
    expect(negotiate(all, { cap: '2.0.1' })).toMatchObject({ version: '2.0.1' });
    expect(negotiate(all, { cap: '1.6' })).toMatchObject({ version: '1.6' });
    expect(negotiate('ocpp2.1', { cap: '1.6' })).toMatchObject({ is: 'none' });
  });
});
