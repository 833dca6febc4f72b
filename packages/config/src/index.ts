export { ConfigError, readConfig, type EnvReader } from './read-config';
export { Secret } from './secret';
