// One run for every workspace: `npm test -- --only jest -- packages/db` picks some of it.
const { existsSync } = require('node:fs');
const preset = require('./jest.preset.js');

module.exports = {
  ...preset,
  transform: { ...preset.transform, '/infra/local/.+\\.mjs$': preset.transform['^.+\\.ts$'] },
  rootDir: __dirname,
  roots: ['packages', 'services', 'infra', 'e2e'].filter((folder) => existsSync(`${__dirname}/${folder}`)).map((folder) => `<rootDir>/${folder}`),
  testSequencer: '<rootDir>/packages/testing/longest-first.cjs',
  globalSetup: '<rootDir>/packages/testing/src/global-setup.ts',
  cacheDirectory: '<rootDir>/.linli/cache/jest',
  watchman: false,
  // What `eventually` waits for ten seconds must be able to say so on a busy machine.
  testTimeout: 20_000,
};
