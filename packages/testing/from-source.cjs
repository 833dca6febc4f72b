// node --require: runs TypeScript from source as jest does, for tests that need a process of their own.
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { transformSync } = require('@swc/core');
const { moduleNameMapper, transform } = require('../../jest.preset.js');

const [, options] = transform['^.+\\.ts$'];
const resolveFilename = Module._resolveFilename;

Module._resolveFilename = function resolveToSource(request, ...rest) {
  for (const [pattern, source] of Object.entries(moduleNameMapper)) {
    const match = new RegExp(pattern).exec(request);
    if (match) return source.replace('$1', match[1]);
  }
  return resolveFilename.call(this, request, ...rest);
};

Module._extensions['.ts'] = function compileSource(module, filename) {
  module._compile(transformSync(readFileSync(filename, 'utf8'), { ...options, filename }).code, filename);
};
