/** Versions of OCPP-J that are spoken here. */
export type OcppVersion = '1.6' | '2.0.1' | '2.1';
