// The one jest preset; a package's own config only names itself.
const path = require('node:path');
const root = __dirname;
module.exports = {
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'commonjs' }, sourceMaps: 'inline' }],
  },
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  moduleNameMapper: {
    // Tests run from source, so a change is seen without a build.
    '^@linli/(errors|config|contracts|telemetry|auth|db|messaging|clocks|audit|grpc|http|runtime|testing)$': path.join(root, 'packages/$1/src/index.ts'),
    '^@linli/(organization|residents|requests|gateway)$': path.join(root, 'services/$1/src/index.ts'),
  },
};
