import Type from 'typebox';

/* Settings of the piles' doors: a section of their own, and fields of fronts and piles. */

const strict = { additionalProperties: false } as const;
const whole = (description: string, minimum: number, maximum: number, value: number) =>
  Type.Integer({ minimum, maximum, default: value, description });
const file = (description: string) => Type.String({ minLength: 1, maxLength: 4_096, description });

const Ranges = (description: string) =>
  Type.Array(Type.String({ minLength: 2, maxLength: 64 }), {
    maxItems: 1_000,
    default: [],
    description,
  });

/** TLS of a front; left out: a plain connection. */
export const FrontTls = Type.Object(
  {
    kind: Type.Enum(['certificate', 'psk'], {
      description: 'certificate: WSS; psk: TCP piles, each with a key of its own',
    }),
    legacy: Type.Boolean({
      default: false,
      description: 'also TLS 1.0 and 1.1, for old piles on a network of their own',
    }),
    hint: Type.String({
      pattern: '^[\\x21-\\x7e]{1,128}$',
      default: 'holdfast',
      description: 'psk: told to the piles',
    }),
  },
  { ...strict, description: 'TLS; left out: a plain connection' },
);

export const frontDoor = {
  tls: Type.Optional(FrontTls),
  allow: Ranges('addresses or networks (CIDR) that may connect here; empty: all'),
};

export const pileDoor = {
  securityProfile: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 3,
      description: 'least OCPP security profile; 0 needs `allow`; left out: that of the site',
    }),
  ),
  password: Type.Optional(
    Type.String({
      minLength: 16,
      maxLength: 64,
      description: 'of OCPP basic authentication; 32 to 40 hex digits are a key of 16 to 20 bytes',
    }),
  ),
  pskHex: Type.Optional(
    Type.String({
      pattern: '^(?:[0-9A-Fa-f]{2}){16,64}$',
      description: 'key of TLS-PSK, hex, 16 to 64 bytes; its identity is the pile number',
    }),
  ),
  allow: Ranges('addresses or networks (CIDR) that the pile may come from; empty: all'),
  certificateName: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'name in its certificate; left out: the pile number',
    }),
  ),
};

const Tls = Type.Object(
  {
    certificates: Type.Array(
      Type.Object(
        {
          certificate: file('PEM file, the chain after it; relative to this file'),
          key: file('PEM file of its key'),
        },
        strict,
      ),
      {
        maxItems: 4,
        default: [],
        description: 'of this box, e.g. one RSA and one ECDSA; empty: made by the local CA',
      },
    ),
    names: Type.Array(Type.String({ pattern: '^[A-Za-z0-9.:_-]{1,253}$' }), {
      maxItems: 50,
      default: [],
      description: 'names and addresses of this box in its certificates; empty: those it has',
    }),
    clientCas: Type.Array(file('PEM file'), {
      maxItems: 50,
      default: [],
      description: 'further CAs that vouch for piles, beside the local one',
    }),
    pileDays: whole('that a certificate of a pile holds', 1, 3_650, 365),
  },
  { ...strict, default: {} },
);

export const Security = Type.Object(
  {
    profile: whole('least OCPP security profile of piles that have none of their own', 1, 3, 1),
    organisation: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'that certificates of piles must name (O); left out: any',
      }),
    ),
    revoked: Type.Array(Type.String({ pattern: '^[0-9A-Fa-f:]{1,64}$' }), {
      maxItems: 10_000,
      default: [],
      description: 'serial numbers (hex) of certificates that hold no more',
    }),
    learnPasswords: Type.Boolean({
      default: true,
      description: 'an adopted pile without a password keeps the one that it came with',
    }),
    passwordGraceHours: whole('that an old password holds beside a newer one', 1, 720, 24),
    attempts: whole('failed ones before an address or a pile has to wait', 1, 1_000, 10),
    lockSeconds: whole('of the first lock; each further one is twice as long', 1, 86_400, 30),
    lockMostSeconds: whole('of the longest lock', 1, 604_800, 3_600),
    handshakesPerMinute: whole('new connections of one address', 1, 1_000_000, 6_000),
    handshakeSeconds: whole('that a handshake may take', 1, 120, 10),
    headerBytes: whole('longest header of a WebSocket request', 1_024, 65_536, 8_192),
    tls: Tls,
  },
  { ...strict, default: {} },
);
