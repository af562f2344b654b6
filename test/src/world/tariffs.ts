/**
 * Prices of the demonstration: 峰平谷 of a Guangdong site, and 尖 at the turn of the hour, so that
 * short charges meet a change of price now and then. All kinds differ, so that a wrong slot shows.
 */
export const SHOW_TARIFF = {
  tariffId: 'show',
  version: 1,
  modelNo: '0100',
  rates: [
    { electricity: '1.48750', service: '0.40000' },
    { electricity: '1.19000', service: '0.41000' },
    { electricity: '0.70000', service: '0.42000' },
    { electricity: '0.26600', service: '0.43000' },
  ],
  slots: '330123012301230123012301230123012301230123012301',
  lossRatio: '0',
} as const;
