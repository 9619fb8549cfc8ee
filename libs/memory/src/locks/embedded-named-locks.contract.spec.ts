import { describeNamedLocksContract } from '../testing/contracts/named-locks.contract.js';
import { EmbeddedNamedLocks } from './embedded-named-locks.js';

const locks = new EmbeddedNamedLocks();
describeNamedLocksContract('EmbeddedNamedLocks', () => [locks, locks]);
