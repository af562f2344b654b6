import { expect, test } from 'vitest';
import { redacted } from './redaction.ts';

const SECRET = 'c0ffee-c0ffee-c0ffee';

test.each([
  ['a password of 1.6', { key: 'AuthorizationKey', value: SECRET }],
  ['in other letters and order', { value: SECRET, key: 'authorizationkey' }],
  [
    'one that the station tells',
    { configurationKey: [{ key: 'AuthorizationKey', value: SECRET }] },
  ],
  [
    'a password of 2.x',
    {
      setVariableData: [
        {
          component: { name: 'SecurityCtrlr' },
          variable: { name: 'BasicAuthPassword' },
          attributeValue: SECRET,
        },
      ],
    },
  ],
  ['of a network profile', { connectionData: { basicAuthPassword: SECRET } }],
  ['of a mobile network', { apn: { apnUserName: 'u', apnPassword: SECRET } }],
  ['of a VPN', { vpn: { server: 's', user: 'u', password: SECRET, key: SECRET } }],
  ['in the address of a file', { location: `ftp://user:${SECRET}@10.0.0.1/firmware.bin` }],
])('[OCPP-LINE-3] %s is not shown', (_, payload) => {
  const text = redacted(JSON.stringify([2, 'id', 'Anything', payload]));
  expect(text).not.toContain(SECRET);
  expect(text).toContain('***');
  expect(JSON.parse(text)).toMatchObject([2, 'id', 'Anything', {}]);
});

test('[OCPP-LINE-3] letters that are written as escapes hide nothing', () => {
  const text = `[2,"id","ChangeConfiguration",{"key":"Authorization\\u004bey","value":"${SECRET}"}]`;
  expect(redacted(text)).not.toContain(SECRET);
});

test('[OCPP-LINE-3] what looks like a secret and cannot be read is not shown at all', () => {
  expect(redacted(`[2,"id","X",{"key":"AuthorizationKey","value":"${SECRET}`)).toBe('***');
});

test('[OCPP-LINE-3] everything else stays as it is, to the last blank', () => {
  for (const text of [
    '[2, "id", "Heartbeat", {}]',
    '[2,"id","ChangeConfiguration",{"key":"HeartbeatInterval","value":"60"}]',
    'noise',
  ]) {
    expect(redacted(text)).toBe(text);
  }
});
