import { addressFaults, readManifest } from './repository-address';

// Runs before `npm publish`: the links in the published README would lead nowhere.
const faults = addressFaults(readManifest());
for (const fault of faults) console.error(`package.json: ${fault}`);
if (faults.length > 0) process.exitCode = 1;
