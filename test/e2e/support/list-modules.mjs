// Preloaded into a program: prints, when it ends, which packages of OpenTelemetry it has loaded.
import Module from 'node:module';

process.on('exit', () => {
  const files = Object.keys(Module._cache);
  const names = files.flatMap((file) => /node_modules\/(@opentelemetry\/[^/]+)/.exec(file)?.[1] ?? []);
  console.log(`LOADED ${[...new Set(names)].sort().join()}`);
});
