import '../../src';

/** Folders and packages that must not be loaded by who only imports the index. */
const LATER = [
  /node_modules.@hapi/,
  /node_modules.valibot/,
  /node_modules.@nestjs.core.index/,
  /src.collection.(?:metrics-store|requests.|reading.(?!reading\.door))/,
  /src.export.(?:exposition|json|parts|text)/,
  /src.http.fleet/,
  /src.http.dashboard.dashboard-(?:response|file)\.ts/,
  /src.machine.(?!machine\.door)/,
  /src.module.\S+\.schema/,
];

const loaded = Object.keys(require.cache).filter((file) => LATER.some((later) => later.test(file)));
process.stdout.write(JSON.stringify(loaded));
