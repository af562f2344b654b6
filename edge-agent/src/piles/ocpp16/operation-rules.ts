import { type Fields, fieldsAt, integerAt, listAt, textAt } from '../ocpp/fields.ts';

/** A rule of the standard's text that no schema holds; says what stands against the parameters. */
type Rule = (parameters: Fields) => string | null;

const ofOneConnector: Rule = (parameters) =>
  (integerAt(parameters, 'connectorId') ?? 1) >= 1 ? null : 'a connector from 1 on is meant';

const fromZero = (profile: Fields): string | null => {
  const [first] = listAt(fieldsAt(profile, 'chargingSchedule'), 'chargingSchedulePeriod');
  return first === undefined || integerAt(first, 'startPeriod') === 0
    ? null
    : 'the first period starts at 0';
};

/** 1.6 §5.16: a profile of a charge is of a connector, that of the station of connector 0. */
const placed: Rule = (parameters) => {
  const profile = fieldsAt(parameters, 'csChargingProfiles');
  const connectorNo = integerAt(parameters, 'connectorId') ?? 0;
  const purpose = textAt(profile, 'chargingProfilePurpose');
  if (purpose === 'TxProfile' && connectorNo < 1) return 'a TxProfile is of a connector from 1 on';
  if (purpose === 'ChargePointMaxProfile' && connectorNo !== 0) {
    return 'a ChargePointMaxProfile is of connector 0';
  }
  return fromZero(profile);
};

/** 1.6 §5.11: it may bring the profile of the charge that is to begin. */
const ofNewCharge: Rule = (parameters) => {
  const profile = fieldsAt(parameters, 'chargingProfile');
  if (Object.keys(profile).length === 0) return null;
  if (textAt(profile, 'chargingProfilePurpose') !== 'TxProfile')
    return 'its profile is a TxProfile';
  if (profile['transactionId'] !== undefined) return 'a charge that has not begun has no number';
  return fromZero(profile);
};

/** 1.6 §5.15, erratum 3.52: 0 means that there is no list. */
const numbered: Rule = (parameters) =>
  (integerAt(parameters, 'listVersion') ?? 1) >= 1 ? null : 'versions of a list begin with 1';

const RULES: Readonly<Record<string, readonly Rule[]>> = {
  ExtendedTriggerMessage: [ofOneConnector],
  RemoteStartTransaction: [ofOneConnector, ofNewCharge],
  SendLocalList: [numbered],
  SetChargingProfile: [placed],
  TriggerMessage: [ofOneConnector],
  UnlockConnector: [ofOneConnector],
};

/** What the text of the standard has against an operation that its schema allows; `null`: nothing. */
export function againstText(operation: string, parameters: Fields): string | null {
  const rules = Object.hasOwn(RULES, operation) ? (RULES[operation] ?? []) : [];
  for (const rule of rules) {
    const why = rule(parameters);
    if (why !== null) return why;
  }
  return null;
}
