export { migrations } from '../migrations';
export { createApp, type RequestsApp } from './app';
export { readServiceConfig, type RequestsConfig } from './config';
