import { FaultError } from '@holdfast/shared/errors/fault';
import type {
  PasswordHasher,
  Seal,
  SecurityChange,
  StoredCredential,
} from '../ports/credentials.ts';
import { passwordBytes } from './basic-auth.ts';
import {
  confirmed,
  hashesOf,
  noCredential,
  offered,
  proposed,
  provenWith,
  settledCredential,
  withdrawn,
} from './credentials.ts';
import type { DoorRules } from './door-rules.ts';
import { PasswordChecks, type PasswordVerdict } from './password-checks.ts';

const PSK_BYTES = 32;
const PSK_BYTES_LEAST = 16;
const PASSWORD_BYTES = 20;

export interface KeyringParts {
  readonly rules: DoorRules;
  readonly hasher: PasswordHasher;
  readonly seal: Seal;
  /** Bytes that nobody can guess. */
  readonly randomBytes: (count: number) => Uint8Array;
  readonly nowMs: () => number;
  /** Resolves when it is on disk. */
  readonly save: (changes: readonly SecurityChange[]) => Promise<void>;
  /** The ledger refused something that nobody waited for. */
  readonly onRefused: (error: unknown) => void;
}

/** What is known of a pile's secrets, without any of them. */
export interface CredentialView {
  readonly pileNo: string;
  readonly hasPassword: boolean;
  /** When the older password stops to hold; `null`: there is but one. */
  readonly changingUntilMs: number | null;
  readonly hasPsk: boolean;
  readonly reachedProfile: number;
  readonly changedAtMs: number | null;
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A password of the configuration that was not taken over yet. */
interface Fresh {
  readonly password: Uint8Array;
  readonly mark: string;
  readonly fingerprint: string;
}

/** The credentials of all piles: in memory for the doors, and on disk. */
export class Keyring {
  readonly #parts: KeyringParts;
  readonly #checks: PasswordChecks;
  readonly #credentials = new Map<string, StoredCredential>();
  readonly #psks = new Map<string, Uint8Array>();
  /** Hashed when they are first used: thousands of hashes would hold up the start. */
  readonly #fresh = new Map<string, Fresh>();

  constructor(parts: KeyringParts, stored: readonly StoredCredential[]) {
    this.#parts = parts;
    this.#checks = new PasswordChecks(parts.hasher);
    for (const credential of stored) this.#keep(credential);
    this.#seed();
  }

  /** As it is now. */
  of(pileNo: string): StoredCredential {
    const known = this.#credentials.get(pileNo) ?? noCredential(pileNo);
    return settledCredential(known, this.#parts.nowMs());
  }

  hasPassword(pileNo: string): boolean {
    return this.#fresh.has(pileNo) || this.of(pileNo).passwordHash !== null;
  }

  /** Whether a pile may come with a password: its own, or one that it is being given. */
  mayBring(pileNo: string): boolean {
    return this.hasPassword(pileNo) || this.of(pileNo).next !== null;
  }

  pskOf(pileNo: string): Uint8Array | null {
    return this.#psks.get(pileNo) ?? null;
  }

  view(pileNo: string): CredentialView {
    const { next, reachedProfile, changedAtMs } = this.of(pileNo);
    return {
      pileNo,
      hasPassword: this.hasPassword(pileNo),
      changingUntilMs: next?.untilMs ?? null,
      hasPsk: this.#psks.has(pileNo),
      reachedProfile,
      changedAtMs: changedAtMs === 0 ? null : changedAtMs,
    };
  }

  /** Whether a password is the pile's; the first success with a newer one ends the older one. */
  async check(pileNo: string, password: Uint8Array): Promise<PasswordVerdict> {
    const { nowMs, hasher, onRefused } = this.#parts;
    const fresh = this.#fresh.get(pileNo);
    if (fresh !== undefined) {
      // Marks are keyed hashes: comparing them tells nothing of the password by its time.
      if (fresh.mark !== hasher.mark(password)) return 'wrong';
      this.#takeOver(pileNo).catch(onRefused);
      return 'right';
    }
    const { verdict, hash } = await this.#checks.fits(password, hashesOf(this.of(pileNo), nowMs()));
    if (verdict === 'right') {
      const before = this.of(pileNo);
      const after = provenWith(before, hash, nowMs());
      if (after !== before) this.#put(after).catch(onRefused);
    }
    return verdict;
  }

  /** A profile that the pile was served with: it is never served with less. */
  reached(pileNo: string, profile: number): void {
    const before = this.of(pileNo);
    if (profile <= before.reachedProfile) return;
    this.#put({ ...before, reachedProfile: profile }).catch(this.#parts.onRefused);
  }

  /** Takes a password as the pile's own, at once. Throws `FaultError` when it cannot be kept. */
  async learn(pileNo: string, password: Uint8Array): Promise<void> {
    const passwordHash = await this.#checks.hash(password);
    const changedAtMs = this.#parts.nowMs();
    await this.#put({ ...this.of(pileNo), passwordHash, next: null, changedAtMs });
  }

  /**
   * [OCPP-A12] A newer password beside the present one; without `password` one is made. Returns it: it
   * is never told again. Throws `FaultError` when it cannot be kept.
   */
  async rotatePassword(pileNo: string, password?: string): Promise<string> {
    const { randomBytes, nowMs, rules } = this.#parts;
    await this.#takeOver(pileNo);
    const text = password ?? hexOf(randomBytes(PASSWORD_BYTES));
    const hash = await this.#checks.hash(passwordBytes(text));
    await this.#put(offered(this.of(pileNo), hash, nowMs(), rules.graceMs));
    return text;
  }

  /**
   * [OCPP-A12] A password that the pile is about to be told: both hold, and where nothing more is heard
   * of it the present one goes on. Throws `FaultError` when it cannot be kept.
   */
  async offerPassword(pileNo: string, password: string): Promise<void> {
    const { nowMs, rules } = this.#parts;
    await this.#takeOver(pileNo);
    const hash = await this.#checks.hash(passwordBytes(password));
    await this.#put(proposed(this.of(pileNo), hash, nowMs(), rules.graceMs));
  }

  /** [OCPP-A12] The pile has taken it; the present one holds until it has come with it, or for a time. */
  async confirmPassword(pileNo: string): Promise<void> {
    const { nowMs, rules } = this.#parts;
    await this.#put(confirmed(this.of(pileNo), nowMs(), rules.graceMs));
  }

  /** [OCPP-A12] The pile has refused the newer password. */
  async withdrawPassword(pileNo: string): Promise<void> {
    await this.#put(withdrawn(this.of(pileNo), this.#parts.nowMs()));
  }

  /** A new key for TLS-PSK, hex; holds at once, for a handshake can name but one. */
  async rotatePsk(pileNo: string, pskHex?: string): Promise<string> {
    const { randomBytes, seal, nowMs } = this.#parts;
    const key = pskHex === undefined ? randomBytes(PSK_BYTES) : Buffer.from(pskHex, 'hex');
    if (key.length < PSK_BYTES_LEAST) {
      throw new FaultError('invalid-input', `a key has at least ${PSK_BYTES_LEAST} bytes`);
    }
    await this.#put({ ...this.of(pileNo), sealedPsk: seal.close(key), changedAtMs: nowMs() });
    return hexOf(key);
  }

  /** What the configuration says and was not taken over before. */
  #seed(): void {
    const { rules, hasher, seal, nowMs, save, onRefused } = this.#parts;
    const changes: SecurityChange[] = [];
    for (const [pileNo, { password: text, pskHex }] of rules.piles) {
      const { seeds } = this.of(pileNo);
      if (text !== null) {
        const password = passwordBytes(text);
        const fingerprint = seal.fingerprint(password);
        const fresh = { password, mark: hasher.mark(password), fingerprint };
        if (seeds.password !== fingerprint) this.#fresh.set(pileNo, fresh);
      }
      const key = pskHex === null ? null : Uint8Array.from(Buffer.from(pskHex, 'hex'));
      if (key === null || seeds.psk === seal.fingerprint(key)) continue;
      const credential: StoredCredential = {
        ...this.of(pileNo),
        sealedPsk: seal.close(key),
        seeds: { ...seeds, psk: seal.fingerprint(key) },
        changedAtMs: nowMs(),
      };
      this.#keep(credential);
      changes.push({ save: 'credential', credential });
    }
    // Not kept, they are taken over at the next start.
    if (changes.length > 0) save(changes).catch(onRefused);
  }

  /** Puts the hash of a configured password in the place of what was kept before. */
  async #takeOver(pileNo: string): Promise<void> {
    const fresh = this.#fresh.get(pileNo);
    if (fresh === undefined) return;
    const passwordHash = await this.#checks.hash(fresh.password);
    if (this.#fresh.get(pileNo) !== fresh) return;
    this.#fresh.delete(pileNo);
    const before = this.of(pileNo);
    const credential: StoredCredential = {
      ...before,
      passwordHash,
      next: null,
      seeds: { ...before.seeds, password: fresh.fingerprint },
      changedAtMs: this.#parts.nowMs(),
    };
    try {
      await this.#put(credential);
    } catch (error) {
      this.#fresh.set(pileNo, fresh);
      throw error;
    }
  }

  /**
   * Holds at once, so that the next change builds on it, and resolves when it is on disk. What the
   * ledger refuses is taken back unless something newer stands on it.
   */
  async #put(credential: StoredCredential): Promise<void> {
    const before = this.of(credential.pileNo);
    this.#keep(credential);
    try {
      await this.#parts.save([{ save: 'credential', credential }]);
    } catch (error) {
      if (this.#credentials.get(credential.pileNo) === credential) this.#keep(before);
      throw error;
    }
  }

  #keep(credential: StoredCredential): void {
    const { pileNo, sealedPsk } = credential;
    this.#credentials.set(pileNo, credential);
    const key = sealedPsk === null ? null : this.#parts.seal.open(sealedPsk);
    if (key === null) this.#psks.delete(pileNo);
    else this.#psks.set(pileNo, key);
  }
}
