export { clockFrom, readClock, setClock } from './clock-from';
export { run, type App, type RunOptions } from './run';
