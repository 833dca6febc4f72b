export { runImport } from './import';
export { runRestate } from './restate';
