import { importX, createNodeResolver } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { imports } from './infra/local/lint/borders.ts';
import { functionLines } from './infra/local/lint/function-lines.ts';

const tests = ['**/*.test.ts', '*/*/test/**/*.ts', 'e2e/**/*.ts'];

const noMutableModule = {
  selector: ':matches(Program, Program > ExportNamedDeclaration) > VariableDeclaration[kind!="const"]',
  message: 'No module-level state: all services run in one process.',
};
const exportFunctions = {
  selector: 'ExportNamedDeclaration > VariableDeclaration > VariableDeclarator[init.type=/^(Arrow)?FunctionExpression$/]',
  message: 'Export a function declaration.',
};
const noDefaultExport = { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' };
const noEnvironment = {
  selector: 'MemberExpression[object.name="process"][property.name="env"], MemberExpression[object.name="process"][property.value="env"]',
  message: 'Only config.ts reads the environment.',
};
const noJestMock = {
  selector: 'CallExpression[callee.object.name="jest"][callee.property.name=/^(mock|doMock|unstable_mockModule|setMock)$/]',
  message: 'No jest.mock: use the real thing, or implement the generated server interface.',
};
const everywhere = [noMutableModule, exportFunctions, noJestMock];
const inTests = [exportFunctions, noJestMock, noDefaultExport]; // a test file's set-up may be at its top

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.linli/**', 'coverage/**', 'packages/contracts/src/gen/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', 'infra/local/**/*.mjs'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { project: ['./tsconfig.check.json', './infra/local/tsconfig.json'], tsconfigRootDir: import.meta.dirname },
    },
    plugins: { linli: { rules: { imports, 'function-lines': functionLines } }, 'import-x': importX },
    settings: {
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.js'] })],
      'import-x/extensions': ['.ts'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    rules: {
      'max-lines': ['error', { max: 300 }],
      'linli/function-lines': ['error', { max: 60 }],
      'max-params': ['error', 3],
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...everywhere, noDefaultExport, noEnvironment],
      'linli/imports': 'error',
      'import-x/no-cycle': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      // A knex query can be awaited, so every `modify((query) => query.where(…))` would look like a forgotten promise.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/unbound-method': 'off', // ours are functions in objects, none reads `this`
      '@typescript-eslint/require-await': 'off', // a handler may be async because its interface is
    },
  },
  {
    files: ['**/config.ts', '**/main.ts', 'infra/local/**/*.ts', 'infra/local/**/*.mjs', 'packages/testing/src/global-setup.ts', 'e2e/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...everywhere, noDefaultExport] },
  },
  {
    files: ['infra/local/**/*.mjs'], // the rules below do not see JSDoc casts; the compiler checks these files
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off', '@typescript-eslint/no-unsafe-member-access': 'off', '@typescript-eslint/no-unsafe-return': 'off' },
  },
  {
    files: ['infra/local/launch.mjs'],
    rules: { 'no-console': 'off' }, // print.ts needs a newer Node than may be running here
  },
  {
    files: ['packages/testing/src/global-*.ts'], // jest wants a default export and hands results over in the environment
    rules: { 'no-restricted-syntax': ['error', ...everywhere] },
  },
  {
    files: tests,
    rules: {
      'max-lines': ['error', { max: 500 }],
      'no-restricted-syntax': ['error', ...inTests],
      // What JSON.parse, a response's body or expect.any() give is any; a test that misreads it fails.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
    },
  },
);
