import { ledgerContract } from './ledger-contract.ts';
import { memoryLedger } from './memory.ts';

ledgerContract('the ledger in memory', async (nowMs) => memoryLedger('S1', nowMs));
