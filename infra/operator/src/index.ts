export { runImport } from './import';
