import { type Checked, checkConfig } from '@holdfast/shared/config/check';
import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
const Name = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' });

const Listener = (port: number) =>
  Type.Object(
    {
      host: Type.String({ default: '127.0.0.1', description: 'loopback unless you open it' }),
      port: Type.Integer({ minimum: 0, maximum: 65_535, default: port }),
    },
    { ...closed, default: {} },
  );

const EmbeddedBroker = Type.Object(
  {
    kind: Type.Literal('embedded'),
    host: Type.String({ default: '127.0.0.1' }),
    port: Type.Integer({ minimum: 0, maximum: 65_535, default: 1883 }),
  },
  closed,
);

const ForeignBroker = Type.Object(
  {
    kind: Type.Literal('mqtt'),
    url: Type.String({ pattern: '^mqtts?://', description: 'broker in a process of its own' }),
    user: Type.Optional(Type.String({ minLength: 1 })),
    password: Type.Optional(Type.String({ minLength: 1 })),
  },
  closed,
);

/** The hub's configuration file. Unknown keys are refused; every error is listed at once. */
export const HubConfig = Type.Object(
  {
    dataFolder: Type.String({ minLength: 1, description: 'SQLite store; made when missing' }),
    http: Listener(8080),
    broker: Type.Union([EmbeddedBroker, ForeignBroker], {
      default: { kind: 'embedded', host: '127.0.0.1', port: 1883 },
    }),
    sites: Type.Array(
      Type.Object(
        {
          siteId: Name,
          name: Type.String({ minLength: 1, maxLength: 100 }),
          vendors: Type.Array(Name, { minItems: 1, maxItems: 16 }),
          secret: Type.String({ minLength: 12, description: "the site's password at the broker" }),
        },
        closed,
      ),
      { default: [], maxItems: 10_000 },
    ),
    loginHours: Type.Integer({ minimum: 1, maximum: 720, default: 12 }),
  },
  closed,
);
export type HubConfig = Static<typeof HubConfig>;

/** Checks a parsed configuration file; two sites of one name are an error too. */
export function hubConfigOf(given: unknown): Checked<HubConfig> {
  const checked = checkConfig(HubConfig, given);
  if (!checked.ok) return checked;
  const seen = new Set<string>();
  const errors = checked.value.sites.flatMap(({ siteId }, i) => {
    const twice = seen.has(siteId);
    seen.add(siteId);
    return twice ? [{ path: `sites[${i}].siteId`, message: `"${siteId}" is there twice` }] : [];
  });
  return errors.length === 0 ? checked : { ok: false, errors };
}
