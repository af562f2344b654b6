/** A configuration to begin with: `npm run edge -- --print-example`. */
export const EXAMPLE = {
  siteId: 'site-01',
  name: '示范站 Example site',
  dataFolder: './data',
  fronts: [
    { protocol: 'ykc', host: '0.0.0.0', port: 9001 },
    { protocol: 'ocpp', host: '0.0.0.0', port: 9100 },
  ],
  api: { host: '127.0.0.1', port: 7070 },
  piles: [
    { pileNo: '32010200000001', ratedKw: 120 },
    {
      pileNo: 'CP-0001',
      ratedKw: 22,
      ocpp: { zone: '+08:00', volts: 230, phases: 3, safeAmperes: 6 },
    },
  ],
  tariffs: [
    {
      tariffId: 'guangdong',
      version: 1,
      modelNo: '0100',
      validFrom: '2026-01-01T00:00:00+08:00',
      rates: [
        { electricity: '1.48750', service: '0.40000' },
        { electricity: '1.19000', service: '0.40000' },
        { electricity: '0.70000', service: '0.40000' },
        { electricity: '0.26600', service: '0.40000' },
      ],
      slots: '333333333333333322221111222211111111112222222222',
    },
  ],
  tariff: 'guangdong',
  cards: [{ cardNo: '00000000D14B0A54', account: 'fleet-7', balanceYuan: '200.00' }],
  vins: [{ vin: 'LSVAA49J132047371', account: 'fleet-7', balanceYuan: '200.00' }],
  hub: { url: 'mqtt://127.0.0.1:1883', secret: 'change-this-secret' },
} as const;

/** The text of `config.example.json`. */
export const exampleText = (): string => `${JSON.stringify(EXAMPLE, null, 2)}\n`;
