export { run, type App, type RunOptions } from './run';
