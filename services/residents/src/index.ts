export { migrations } from '../migrations';
export { createApp, type ResidentsApp } from './app';
export { readServiceConfig, type ResidentsConfig } from './config';
