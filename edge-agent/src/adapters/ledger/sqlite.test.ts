import { ledgerContract } from './ledger-contract.ts';
import { ledgerFolder } from './testing/folder.ts';

const folder = ledgerFolder();
ledgerContract('the SQLite ledger', (nowMs) => folder.open({ nowMs }));
