import '../../src';

/** Files of adapters that the index has loaded, and those that write for OpenTelemetry. */
const loaded = Object.keys(require.cache).filter((file) => /src.(?:adapters|export.open-telemetry)/.test(file));
process.stdout.write(JSON.stringify(loaded));
