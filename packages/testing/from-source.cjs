// node --require: runs TypeScript from source as jest does, for tests that need a process of their own.
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { transformSync, version } = require('@swc/core');
const { moduleNameMapper, transform } = require('../../jest.preset.js');

const [, options] = transform['^.+\\.ts$'];
// Compiling takes longer than all else that a process does to start, and a test starts a dozen.
const compiled = path.join(__dirname, '../../.linli/cache/from-source');
mkdirSync(compiled, { recursive: true });
const resolveFilename = Module._resolveFilename;

Module._resolveFilename = function resolveToSource(request, ...rest) {
  for (const [pattern, source] of Object.entries(moduleNameMapper)) {
    const match = new RegExp(pattern).exec(request);
    if (match) return source.replace('$1', match[1]);
  }
  return resolveFilename.call(this, request, ...rest);
};

function compile(filename) {
  const source = readFileSync(filename, 'utf8');
  const kept = path.join(compiled, createHash('sha256').update(JSON.stringify([version, options, filename, source])).digest('hex'));
  if (existsSync(kept)) return readFileSync(kept, 'utf8');
  const { code } = transformSync(source, { ...options, filename });
  const unfinished = `${kept}.${process.pid}`;
  writeFileSync(unfinished, code);
  renameSync(unfinished, kept);
  return code;
}

Module._extensions['.ts'] = function compileSource(module, filename) {
  module._compile(compile(filename), filename);
};
